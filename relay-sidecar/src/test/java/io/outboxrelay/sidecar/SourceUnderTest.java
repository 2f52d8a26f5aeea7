package io.outboxrelay.sidecar;

import java.sql.SQLException;

/** The ways to read an outbox, all of which promise the same. */
enum SourceUnderTest {
    POLLING,
    DEBEZIUM;

    /** The order service's tables, and settings by which a relay reads them so. */
    Scene shop() throws SQLException {
        Scene scene = Scene.withShop();
        return this == POLLING ? scene : scene.fromLog();
    }

    /**
     * How many events so many kills may repeat: what was on its way, and with the log also what was settled and not yet confirmed to it,
     * which is done a few times a second and at the ends of transactions.
     */
    long repeatedMax(int kills, int windowRecordsMax) {
        return (long) kills * windowRecordsMax * (this == POLLING ? 1 : 2);
    }

    /** What a second relay says of the first. */
    String standsBy() {
        return this == POLLING ? "standing by: another relay reads public.outbox" : "standing by: ";
    }
}
