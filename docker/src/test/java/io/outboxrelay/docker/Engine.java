package io.outboxrelay.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What not every machine has. Where {@code OUTBOX_RELAY_ENGINE=required} stands in the environment, as in CI, a lack is a failure. */
final class Engine {
    /** Of the Dockerfile. */
    static final String BASE = "eclipse-temurin:25-jre";

    private static final boolean REQUIRED = "required".equals(System.getenv("OUTBOX_RELAY_ENGINE"));

    private Engine() {}

    /** Skips the test, with the reason, where no engine answers or one of the images is not there: none is pulled. */
    static void requireImages(String... images) {
        require(Program.runs("docker", "version"), "no Docker engine answers");
        for (String image : images) {
            require(
                    Program.runs("docker", "image", "inspect", image),
                    "there is no image " + image + " on this engine; docker/local-images makes one, or pull it");
        }
    }

    /** Skips the test where a program is not installed. */
    static void requireProgram(String... command) {
        require(Program.runs(command), List.of(command) + " cannot be run");
    }

    private static void require(boolean there, String lack) {
        if (REQUIRED) {
            assertThat(there).as(lack).isTrue();
        }
        Assumptions.assumeTrue(there, lack);
    }
}
