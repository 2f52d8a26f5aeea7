#!/bin/sh
# A service that changes an order and writes what happened into the outbox, in one transaction, a few times a second. The order is
# locked before its event is written: that is what keeps its events in order.
set -eu
trap 'exit 0' TERM INT
while :; do
    for order in 1 2 3 4 5 6 7 8 9 10; do
        printf "%s\n" \
            "BEGIN;" \
            "INSERT INTO orders VALUES ($order, 1, 'PLACED') ON CONFLICT (id) DO UPDATE SET version = orders.version + 1, status = 'CHANGED';" \
            "INSERT INTO outbox (aggregatetype, aggregateid, type, payload)" \
            "  SELECT 'order', id, 'Order' || initcap(status), jsonb_build_object('order', id, 'version', version) FROM orders WHERE id = $order;" \
            "COMMIT;"
    done | psql -q -v ON_ERROR_STOP=1
    date >/tmp/last-order
    sleep 1
done
