-- The order service's table, the outbox beside it, and who may do what. `outbox-relay init-sql` prints the outbox's part for your own database.
CREATE TABLE orders (
  id      bigint PRIMARY KEY,
  version integer NOT NULL,
  status  text NOT NULL);
CREATE TABLE outbox (
  id            uuid   NOT NULL DEFAULT gen_random_uuid(),
  seq           bigint GENERATED ALWAYS AS IDENTITY,
  aggregatetype text   NOT NULL,
  aggregateid   text   NOT NULL,
  type          text   NOT NULL,
  payload       jsonb,
  PRIMARY KEY (seq));

CREATE ROLE order_service LOGIN PASSWORD 'order_service';
GRANT SELECT, INSERT, UPDATE ON orders TO order_service;
GRANT INSERT ON outbox TO order_service;

CREATE ROLE outbox_relay LOGIN PASSWORD 'outbox_relay';
GRANT SELECT, DELETE ON outbox TO outbox_relay;
GRANT SELECT ON SEQUENCE outbox_seq_seq TO outbox_relay;
