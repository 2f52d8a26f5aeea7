package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.decode.DecodedEvent;
import io.outboxrelay.failure.RelayException;
import org.jspecify.annotations.Nullable;

/** Rows that are given only as long as the table is claimed: behind the next repair, or a relay, they would come too late. */
final class ClaimedRows implements StandingRows {

    private final StandingRows rows;
    private final ClaimWatch claim;

    ClaimedRows(StandingRows rows, ClaimWatch claim) {
        this.rows = rows;
        this.claim = claim;
    }

    @Override
    public @Nullable DecodedEvent next() {
        try {
            DecodedEvent event = rows.next();
            check();
            return event;
        } catch (RelayException e) {
            // Its loss is what cut the rows.
            check();
            throw e;
        }
    }

    @Override
    public void check() {
        claim.checkHeard();
    }

    @Override
    public void close() {
        rows.close();
    }
}
