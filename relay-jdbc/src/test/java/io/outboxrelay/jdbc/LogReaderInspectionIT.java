package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Polling is refused for a slot through which its table is read from the log, and for no other one. */
class LogReaderInspectionIT {

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        server = InspectedDatabase.withRole(EmbeddedDatabase.builder()
                .config("wal_level", "logical")
                .config("max_replication_slots", "10")
                .start());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // Of another table's relay; this one's own slot is gone, and its publication was left.
                "outbox_relay FOR TABLE other | outbox-relay: 1.2/3.4 since 0/1 at 700 for slot outbox_relay | outbox-relay: 1.2/3.4 since 0/1 at 700 for slot gone | false",
                "outbox_relay FOR TABLE other | outbox-relay: 1.2/3.4 since 0/1 at 700 for slot outbox_relay | outbox-relay: 1.2/3.4 since 0/1 | false",
                "another FOR ALL TABLES | of another product | of another product, too | false",
                "another FOR TABLE other | outbox-relay: 1.2/3.4 since 0/1 for slot other | outbox-relay: 1.2/3.4 since 0/1 for slot outbox_relay leaving rows | true",
                "another FOR TABLE other | of another product | outbox-relay: 1.2/3.4 since 0/1 | true"
            })
    void a_slot_is_the_tables_own_by_what_publications_say(
            String other, String otherNote, String ownNote, boolean refused) throws SQLException {
        InspectedDatabase database = database();
        database.execute("CREATE TABLE other (id text); CREATE PUBLICATION " + other
                + "; CREATE PUBLICATION own FOR TABLE outbox;"
                + " COMMENT ON PUBLICATION " + other.split(" ", -1)[0] + " IS '" + otherNote
                + "'; COMMENT ON PUBLICATION own IS '" + ownNote + "'");
        database.execute("SELECT pg_create_logical_replication_slot('outbox_relay', 'pgoutput')");
        try {
            assertThat(database.problems(InspectedDatabase.request()).toString().contains("slot outbox_relay"))
                    .isEqualTo(refused);
        } finally {
            database.execute("SELECT pg_drop_replication_slot('outbox_relay')");
        }
    }

    private static InspectedDatabase database() throws SQLException {
        return new InspectedDatabase(server, UnsoundOutbox.sound() + InspectedDatabase.GRANTS);
    }
}
