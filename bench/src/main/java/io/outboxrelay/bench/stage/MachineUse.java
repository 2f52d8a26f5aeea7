package io.outboxrelay.bench.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long all processors together have been busy, and how long there was time to be, as {@code /proc/stat} tells in ticks.
 *
 * @param busyTicks whatever was done, by whomever
 * @param allTicks the same and idle time
 */
public record MachineUse(long busyTicks, long allTicks) {
    /** The fourth and fifth of the numbers, see proc_stat(5): idle, and idle while a disk is waited for. */
    private static final int IDLE = 3;

    private static final int DISK = 4;
    /** Those behind it, time of guests, are in the first ones already. */
    private static final int NUMBERS = 8;

    public static MachineUse now() {
        try {
            return parse(Files.readString(Path.of("/proc/stat")));
        } catch (IOException e) {
            throw new BenchFailure("the machine cannot be looked at; the figures come from Linux's /proc", e);
        }
    }

    static MachineUse parse(String stat) {
        String[] numbers =
                stat.lines().findFirst().orElse("").replaceFirst("^cpu +", "").split(" ", -1);
        long all = 0;
        for (int i = 0; i < NUMBERS; i++) {
            all += Long.parseLong(numbers[i]);
        }
        return new MachineUse(all - Long.parseLong(numbers[IDLE]) - Long.parseLong(numbers[DISK]), all);
    }

    /** How busy the machine was since an earlier look, from 0 to 1. */
    public double busySince(MachineUse earlier) {
        long all = allTicks - earlier.allTicks;
        return all == 0 ? 0 : (busyTicks - earlier.busyTicks) / (double) all;
    }
}
