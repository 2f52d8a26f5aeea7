package io.outboxrelay.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files of the tree that these tests are about; JSON is YAML too. */
final class Tree {
    static final Path ROOT = Path.of(System.getProperty("outboxrelay.root"));
    static final Path DOCKER = ROOT.resolve("docker");

    private Tree() {}

    /** The directory of the distribution; integration tests only. */
    static Path distribution() {
        return Path.of(System.getProperty("outboxrelay.distribution"));
    }

    /** The version that the build has, as the distribution is named. */
    static String version() {
        return distribution().getFileName().toString().replace("outbox-relay-", "");
    }

    /** All documents of a file. */
    static List<Node> documents(String name) {
        try {
            List<Node> documents = new ArrayList<>();
            for (Object document : new Load(LoadSettings.builder().build())
                    .loadAllFromString(Files.readString(DOCKER.resolve(name)))) {
                documents.add(new Node(document));
            }
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The only document of a file. */
    static Node document(String name) {
        return documents(name).get(0);
    }
}
