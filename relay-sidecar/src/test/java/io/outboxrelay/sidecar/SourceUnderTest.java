package io.outboxrelay.sidecar;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.testkit.MySqlPrograms;
import io.outboxrelay.testkit.MySqlServer;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The ways to read an outbox, all of which promise the same. */
enum SourceUnderTest {
    POLLING,
    DEBEZIUM,
    /** With numbered transactions. */
    DEBEZIUM_ON_NEWEST_MYSQL,
    /** Without. */
    DEBEZIUM_ON_MYSQL_8;

    private @Nullable MySqlServer server;

    /** The order service's tables, and settings by which a relay reads them so. */
    Scene shop() throws SQLException {
        return switch (this) {
            case POLLING -> Scene.withShop();
            case DEBEZIUM -> Scene.withShop().fromLog();
            case DEBEZIUM_ON_NEWEST_MYSQL, DEBEZIUM_ON_MYSQL_8 -> Scene.withShopOnMySql(server());
        };
    }

    /** One for all tests; it ends with the JVM. */
    private MySqlServer server() {
        MySqlServer running = server;
        assumeTrue(!Boolean.getBoolean("outboxrelay.oldestPostgres"), "PostgreSQL alone is older this time");
        if (running == null) {
            MySqlPrograms programs = this == DEBEZIUM_ON_MYSQL_8 ? MySqlPrograms.EIGHT : MySqlPrograms.NEWEST;
            assumeTrue(programs.isThere(), programs.whyNot());
            MySqlServer.Builder builder = MySqlServer.builder(programs);
            running = (this == DEBEZIUM_ON_MYSQL_8 ? builder : builder.gtid()).start();
            server = running;
        }
        return running;
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
        return switch (this) {
            case POLLING -> "standing by: another relay reads public.outbox";
            case DEBEZIUM -> "standing by: ";
            case DEBEZIUM_ON_NEWEST_MYSQL, DEBEZIUM_ON_MYSQL_8 -> "standing by: another relay reads this log";
        };
    }

    /** A payload as it is published, of which PostgreSQL's jsonb has another form than was written. */
    String published(String written, String asJsonb) {
        return this == POLLING || this == DEBEZIUM ? asJsonb : written;
    }
}
