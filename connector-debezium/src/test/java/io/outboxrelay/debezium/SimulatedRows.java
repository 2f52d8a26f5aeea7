package io.outboxrelay.debezium;

import io.outboxrelay.debezium.rows.SettledRows;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

/** Rows that are deleted some time after their events are settled, as a thread of its own would. */
final class SimulatedRows implements SettledRows {

    /** As many as wait before reading has to wait, too. */
    private static final int ROOM = 40;

    private final SimulatedLog log;
    private final SplittableRandom random;
    private final ArrayDeque<String> standing = new ArrayDeque<>();
    private long deleted;
    private long settled;

    SimulatedRows(SimulatedLog log, SplittableRandom random) {
        this.log = log;
        this.random = random;
    }

    @Override
    public void handedOn(long ordinal, String id) {
        standing.add(id);
    }

    @Override
    public boolean settled(long ordinal) {
        settled = ordinal;
        return settled - deleted < ROOM;
    }

    /** A turn of the thread that deletes. */
    void turn() {
        for (int i = random.nextInt(12); i > 0 && deleted < settled; i--) {
            deleted++;
            log.deletes(standing.remove());
        }
    }

    @Override
    public boolean isDone(long ordinal) {
        return deleted >= ordinal;
    }

    @Override
    public void close() {}
}
