package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxRetention;

/** What becomes of published rows in a test that runs with each, and how it is told from outside that nothing is left to be done. */
enum StressedRetention {
    DELETE(new OutboxRetention.Delete(), "", "SELECT count(*) FROM outbox"),

    /** What would stand in the archive twice counts as not done. */
    ARCHIVE(
            new OutboxRetention.Archive(null),
            "CREATE TABLE outbox_archive (LIKE outbox);",
            "SELECT (SELECT count(*) FROM outbox) + count(*) - count(DISTINCT id) FROM outbox_archive"),

    /** Done is what the state says is published. */
    KEEP(
            new OutboxRetention.Keep(null),
            OutboxFixture.STATES + ";",
            "SELECT (SELECT count(*) FROM outbox o WHERE o.seq > coalesce((SELECT max(top) FROM outbox_relay_state), -1)) + count(*)"
                    + " FROM outbox_relay_state s, unnest(s.gaps_lo, s.gaps_hi) g(lo, hi), outbox o WHERE o.seq BETWEEN g.lo AND g.hi");

    private final OutboxRetention setting;
    private final String creation;
    private final String rowsLeft;

    StressedRetention(OutboxRetention setting, String creation, String rowsLeft) {
        this.setting = setting;
        this.creation = creation;
        this.rowsLeft = rowsLeft;
    }

    OutboxRetention setting() {
        return setting;
    }

    /** What it takes beside a table {@code outbox}; empty or ended by a semicolon. */
    String creation() {
        return creation;
    }

    /** A query of how many rows are still to be done. */
    String rowsLeft() {
        return rowsLeft;
    }
}
