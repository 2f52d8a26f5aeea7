package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.SmallDisk;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A disk of the database is full, and stays so however much the server itself gives back, until somebody makes room on it. The
 * server is one of this fault's own.
 */
final class FullDisk implements Fault {
    private static final int MEGABYTES = 96;
    private static final int SEGMENTS_MAX = 2 * MEGABYTES;
    private static final int FILLINGS_MAX = 100;
    private static final String TABLESPACE = "small";
    private static final String DISK_FULL = "53100";

    private final Kept kept;
    private final Duration hold;
    private @Nullable Repetition filler;
    private @Nullable SmallDisk disk;

    private FullDisk(Kept kept, Duration hold) {
        this.kept = kept;
        this.hold = hold;
    }

    /** What is on the disk. */
    private enum Kept {
        /** The application's tables and the outbox: nothing can be written, what was is still published and deleted. */
        TABLES("full-disk", List.of()),
        /** The table that published rows are moved to: the application goes on, and the window fills. */
        ARCHIVE("full-archive-disk", List.of("published rows cannot be moved from public.outbox")),
        /** The write-ahead log: the server ends, and is not to be had before there is space again. */
        LOG(
                "full-log-disk",
                // Of the server that ends, of the one that starts again, and of none.
                List.of(
                        "No space left",
                        "crash of another server process",
                        "the database system is",
                        "An I/O error",
                        "The connection attempt failed",
                        "Connection to"));

        private final String fault;
        private final List<String> said;

        Kept(String fault, List<String> said) {
            this.fault = fault;
            this.said = said;
        }
    }

    static List<Fault> all(Duration hold) {
        return List.of(new FullDisk(Kept.TABLES, hold), new FullDisk(Kept.ARCHIVE, hold), new FullDisk(Kept.LOG, hold));
    }

    @Override
    public FaultPlan plan() {
        FaultPlan plan = FaultPlan.of(kept.fault, hold, new FaultPlan.Claim(FaultPlan.SOON, kept.said));
        return kept == Kept.ARCHIVE
                ? plan.under(
                        plan.load().eventsPerSecond(),
                        Map.of("outbox.retention", "archive", "window.recordsMax", "1000"))
                : plan;
    }

    @Override
    public FaultStage set(FaultServers servers) throws SQLException, FaultSkipped {
        SmallDisk small;
        try {
            small = SmallDisk.mounted(MEGABYTES);
        } catch (SmallDisk.NotPermitted e) {
            throw new FaultSkipped(String.valueOf(e.getMessage()));
        }
        disk = small;
        FaultServers own = servers.with(started(small));
        try {
            own.database().execute("CREATE TABLESPACE " + TABLESPACE + " LOCATION '" + small.create(TABLESPACE) + "'");
            FaultStage stage = FaultStage.on(own, () -> close(own, small));
            if (kept == Kept.ARCHIVE) {
                stage.execute("CREATE TABLE outbox_archive (LIKE outbox) TABLESPACE " + TABLESPACE
                        + "; GRANT INSERT ON outbox_archive TO " + FaultServers.ROLE);
            }
            return stage;
        } catch (SQLException e) {
            close(own, small);
            throw e;
        }
    }

    @Override
    public void inject(FaultStage stage) {
        SmallDisk full = disk();
        full.fill();
        if (kept == Kept.LOG && usesUpLog(stage) == SEGMENTS_MAX) {
            throw new BenchFailure("the server still has room for its write-ahead log");
        }
        demandFull(stage);
        filler = Repetition.started("filler", full::fill);
    }

    /** Makes sure that the server feels it; what it gave back since the disk was filled, it loses again. */
    private void demandFull(FaultStage stage) {
        for (int filling = 0; !isFelt(stage); filling++) {
            if (filling == FILLINGS_MAX) {
                throw new BenchFailure(plan().name() + ": the server does without the space that it has not");
            }
            disk().fill();
        }
    }

    private boolean isFelt(FaultStage stage) {
        return kept == Kept.LOG ? isGone(stage) : !storesMore(stage);
    }

    /** Whether nobody is there to connect to. A server that recovers would say so. */
    private static boolean isGone(FaultStage stage) {
        try {
            stage.execute("SELECT 1");
            return false;
        } catch (SQLException e) {
            return String.valueOf(e.getSQLState()).startsWith("08");
        }
    }

    /** Whether a new table finds space on the disk; rows of an old one could find it between others. */
    private static boolean storesMore(FaultStage stage) {
        try {
            stage.execute("CREATE TABLE probe TABLESPACE " + TABLESPACE
                    + " AS SELECT repeat('x', 1000) FROM generate_series(1, 100); DROP TABLE probe");
            return true;
        } catch (SQLException e) {
            if (DISK_FULL.equals(e.getSQLState())) {
                return false;
            }
            throw new BenchFailure("whether the disk is full cannot be told: " + e.getMessage(), e);
        }
    }

    /** Leaves the segments that the server has ready empty, one after the other, until it needs another one and ends. */
    private static int usesUpLog(FaultStage stage) {
        int segments = 0;
        while (segments < SEGMENTS_MAX && switchesSegment(stage)) {
            segments++;
        }
        return segments;
    }

    private static boolean switchesSegment(FaultStage stage) {
        try {
            stage.execute("SELECT pg_switch_wal()");
            return true;
        } catch (SQLException e) {
            // It has ended.
            return false;
        }
    }

    @Override
    public void heal(FaultStage stage) {
        try {
            if (filler != null) {
                filler.end();
                filler = null;
                demandFull(stage);
            }
        } finally {
            disk().free();
            stage.servers().database().revive();
        }
    }

    private EmbeddedDatabase started(SmallDisk small) {
        try {
            return FaultServers.withRole(server(small));
        } catch (IllegalStateException | BenchFailure e) {
            small.close();
            throw e;
        }
    }

    private EmbeddedDatabase.Builder server(SmallDisk small) {
        EmbeddedDatabase.Builder builder = EmbeddedDatabase.builder().passwordsRequired();
        return switch (kept) {
            case TABLES -> builder.near(small).config("default_tablespace", TABLESPACE);
            case ARCHIVE -> builder.near(small);
            // What a checkpoint sets free it uses again, and would never need more. Recovery makes room of its own: so
            // there is none before somebody has made room, as where something else than the server watches over it.
            case LOG -> builder.walOn(small).config("checkpoint_timeout", "1h").config("restart_after_crash", "off");
        };
    }

    private SmallDisk disk() {
        if (disk == null) {
            throw new IllegalStateException("there is no stage yet");
        }
        return disk;
    }

    private static void close(FaultServers own, SmallDisk small) {
        own.toDatabase().close();
        own.database().close();
        small.close();
    }
}
