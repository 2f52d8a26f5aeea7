package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.RelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rehearsal against a real start: what is not rehearsed is not in the cache either. */
class RehearsalIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));

    /** A class from one of the distribution's jars. */
    private static final Pattern LOADED = Pattern.compile("\\] (\\S+) source: file:");

    /** The rest are a few each of packages that are large. */
    private static final double SHARE = 0.95;

    @Test
    void nearly_every_class_that_a_start_loads_was_rehearsed_and_none_is_of_picocli(@TempDir Path directory)
            throws Exception {
        Path ofStart = directory.resolve("start.log");
        try (Scene scene = Scene.withShop()) {
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                    + " VALUES (gen_random_uuid(), 'order', 'a', 'placed', '{}')");
            RelayProcess relay = scene.startRelayWith("-Xlog:class+load:file=" + ofStart);
            scene.awaitEmpty("outbox", relay);
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
        }
        assertThat(loaded(ofStart))
                .as("its classes are in no cache")
                .isNotEmpty()
                .noneMatch(name -> name.startsWith("picocli."));
        Path ofRehearsal = directory.resolve("rehearsal.log");
        rehearse("-Xlog:class+load:file=" + ofRehearsal);

        Set<String> missing = loaded(ofStart);
        int all = missing.size();
        missing.removeAll(loaded(ofRehearsal));
        assertThat(all).isGreaterThan(1_500);
        assertThat(missing)
                .as("of %d; StartClasses names the packages that are rehearsed", all)
                .hasSizeLessThan((int) (all * (1 - SHARE)));
    }

    private static void rehearse(String options) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        DISTRIBUTION.resolve("bin/outbox-relay").toString(), "rehearse")
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("OUTBOX_RELAY_OPTS", options);
        Process process = builder.start();
        process.getOutputStream().close();
        List<String> said = process.inputReader().lines().toList();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends").isTrue();
        assertThat(process.exitValue()).as("%s", said).isZero();
        assertThat(said).anyMatch(line -> line.matches("rehearsed: \\d+ classes beside those of a start that waits"));
    }

    private static Set<String> loaded(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            Set<String> names = new TreeSet<>();
            lines.map(LOADED::matcher).filter(Matcher::find).forEach(found -> names.add(found.group(1)));
            return names;
        }
    }
}
