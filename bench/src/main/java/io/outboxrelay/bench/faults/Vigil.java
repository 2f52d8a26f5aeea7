package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.testkit.RelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether the relay is alive, and how much memory it takes, looked at a few times a second through Linux's {@code /proc}, where
 * the relay cannot tell what is not so. Alive is a thread {@code relay-loop} that goes round: it parks for at most 50 ms at a
 * time, and every park is a voluntary switch that the kernel counts. On a thread of its own; the methods may be called from
 * any thread.
 */
final class Vigil implements AutoCloseable {
    /** Voluntary and, where it does not get to park, involuntary ones. */
    private static final Pattern SWITCHES = Pattern.compile("voluntary_ctxt_switches:\\s+(\\d+)");

    private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();

    private final RelayProcess relay;
    private final Path loop;
    private final Thread thread = new Thread(this::watch, "vigil");
    private volatile boolean ending;
    private volatile long residentBytesMax;
    private volatile long longestStandstillNanos;

    private Vigil(RelayProcess relay) {
        this.relay = relay;
        this.loop = threadOf(relay.pid(), "relay-loop");
        thread.setDaemon(true);
    }

    /** @param relay one that is running */
    static Vigil over(RelayProcess relay) {
        Vigil vigil = new Vigil(relay);
        vigil.thread.start();
        return vigil;
    }

    /** The most memory that it was seen to take. */
    long residentBytesMax() {
        return residentBytesMax;
    }

    /** The longest time in which the loop did not go round, as far as looking now and then can tell. */
    Duration longestStandstill() {
        return Duration.ofNanos(longestStandstillNanos);
    }

    /** Lets the looking end, without waiting for it. */
    @Override
    public void close() {
        ending = true;
    }

    private void watch() {
        long switches = -1;
        long movedNanos = System.nanoTime();
        while (!ending && relay.isAlive()) {
            long seen = switches();
            long now = System.nanoTime();
            if (seen != switches) {
                switches = seen;
                movedNanos = now;
            }
            longestStandstillNanos = Math.max(longestStandstillNanos, now - movedNanos);
            residentBytesMax = Math.max(residentBytesMax, resident());
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private long resident() {
        try {
            return relay.residentBytes();
        } catch (IllegalStateException e) {
            // It has ended in between, which is for the trial to judge.
            return 0;
        }
    }

    private long switches() {
        try {
            return SWITCHES.matcher(Files.readString(loop.resolve("status")))
                    .results()
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .sum();
        } catch (IOException e) {
            return -1;
        }
    }

    private static Path threadOf(long pid, String name) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return threads.filter(thread -> isNamed(thread, name))
                    .findFirst()
                    .orElseThrow(() -> new BenchFailure("the relay has no thread " + name));
        } catch (IOException e) {
            throw new BenchFailure("the relay's threads cannot be looked at; that takes Linux's /proc", e);
        }
    }

    private static boolean isNamed(Path thread, String name) {
        try {
            return Files.readString(thread.resolve("comm")).strip().equals(name);
        } catch (IOException e) {
            return false;
        }
    }
}
