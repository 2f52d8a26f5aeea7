package io.outboxrelay.bench.stage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code bin/prepare-start} keeps for this Java, as an image has it. A build leaves none behind, and the JVM starts without one word
 * where it does not fit, nor while it records itself: so what is measured would be another start than the one that is shipped.
 */
public final class PreparedStart {
    private static final int JAVA_MIN = 25;
    private static final String CACHE = "outbox-relay.aot";

    private PreparedStart() {}

    /**
     * Prepares the start of relays that run with this JVM's Java, unless it is prepared already.
     *
     * @return whether it is; false with a Java that has no such thing
     * @throws BenchFailure with what was said, where it cannot be prepared or the JVM does not take it
     */
    public static boolean of(Path distribution) {
        if (Runtime.version().feature() < JAVA_MIN) {
            return false;
        }
        boolean isThere = Files.exists(distribution.resolve("lib").resolve(CACHE));
        if (!isThere
                || ended(distribution, "-XX:AOTMode=on", "outbox-relay", "--version")
                                .status()
                        != 0) {
            Ended prepared = ended(distribution, "", "prepare-start");
            if (prepared.status() != 0) {
                throw new BenchFailure(prepared.said());
            }
        }
        return true;
    }

    /** @throws BenchFailure where this relay runs without it, and so is another than the one to be measured */
    public static void requireUsedBy(Relay relay) {
        Path maps = Path.of("/proc", Long.toString(relay.pid()), "maps");
        try {
            if (!Files.readString(maps).contains(CACHE)) {
                throw relay.failure("started without " + CACHE + ", though it was prepared");
            }
        } catch (IOException e) {
            throw new BenchFailure("process " + relay.pid() + " cannot be looked at", e);
        }
    }

    /** As a line of results has it. */
    public static String word(boolean isPrepared) {
        return isPrepared ? "yes" : "no";
    }

    private record Ended(int status, String said) {}

    /** Runs one of the distribution's commands to its end. */
    private static Ended ended(Path distribution, String jvmOptions, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.command().set(0, distribution.resolve("bin").resolve(command[0]).toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("OUTBOX_RELAY_OPTS", jvmOptions);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), said);
        } catch (IOException e) {
            throw new BenchFailure(command[0] + " cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted while " + command[0] + " ran", e);
        }
    }
}
