package io.outboxrelay.bench.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process has used so far, as Linux tells in {@code /proc}.
 *
 * @param cpuSeconds in user and system mode together, of all its threads
 * @param residentBytesPeak the most memory that it ever occupied
 */
public record ProcessUse(double cpuSeconds, long residentBytesPeak) {
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");
    /** USER_HZ: 100 on every platform that there is a JVM for, whatever the kernel's own clock. */
    private static final double TICKS_PER_SECOND = 100;
    /** Of the fields behind the name, which may hold blanks itself, utime and stime; see proc_pid_stat(5). */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;

    /** @throws BenchFailure when it has ended, or there is no {@code /proc} */
    public static ProcessUse of(long pid) {
        Path directory = Path.of("/proc", Long.toString(pid));
        try {
            return parse(Files.readString(directory.resolve("stat")), Files.readString(directory.resolve("status")));
        } catch (IOException e) {
            throw new BenchFailure("process " + pid + " cannot be looked at; the figures come from Linux's /proc", e);
        }
    }

    /** The same of this JVM. */
    public static ProcessUse ofThisOne() {
        return of(ProcessHandle.current().pid());
    }

    static ProcessUse parse(String stat, String status) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        Matcher peak = PEAK.matcher(status);
        if (!peak.find()) {
            throw new BenchFailure("a process without VmHWM in /proc has ended already");
        }
        long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
        return new ProcessUse(ticks / TICKS_PER_SECOND, Long.parseLong(peak.group(1)) << 10);
    }
}
