package io.outboxrelay.bench.profile;

import io.outboxrelay.bench.stage.BenchFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A JFR recording of another JVM. */
final class Recording {
    /** Five milliseconds: a run of a few seconds leaves hundreds of samples of each busy thread. */
    static final String JVM_OPTIONS = "-XX:StartFlightRecording=settings=profile,jdk.ExecutionSample#period=5ms";

    private static final long SECONDS_MAX = 60;

    private Recording() {}

    /** Writes what was recorded so far. The relay ends by halting, which writes none by itself. */
    static void dump(long pid, Path file) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(
                        jcmd.toString(), Long.toString(pid), "JFR.dump", "filename=" + file.toAbsolutePath())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new BenchFailure("jcmd could not write the recording: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted while the recording was written", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
