package io.outboxrelay.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The Kubernetes manifests of the tree. */
final class Manifests {
    static final List<String> PROBES = List.of("startupProbe", "livenessProbe", "readinessProbe");

    private Manifests() {}

    /** The container of the relay in each manifest that has one. */
    static List<Pod> pods() {
        Node base = Tree.document("kubernetes/base/deployment.yaml").at("spec", "template", "spec");
        Node service = Tree.documents("kubernetes/sidecar.yaml").stream()
                .filter(document -> document.at("kind").text().equals("Deployment"))
                .findFirst()
                .orElseThrow()
                .at("spec", "template", "spec");
        return List.of(
                new Pod(base, base.at("containers").item("name", "outbox-relay")),
                new Pod(service, service.at("initContainers").item("name", "outbox-relay")));
    }

    /** @param spec of the pod */
    record Pod(Node spec, Node relay) {}

    /** Every path that a probe of a relay asks at. */
    static Set<String> probePaths() {
        TreeSet<String> paths = new TreeSet<>();
        for (Pod pod : pods()) {
            for (String probe : PROBES) {
                Node path = pod.relay().at(probe, "httpGet", "path");
                if (path.isThere()) {
                    paths.add(path.text());
                }
            }
        }
        return paths;
    }

    /** Names of all files, below {@code docker}. */
    static List<String> files() throws IOException {
        Path directory = Tree.DOCKER.resolve("kubernetes");
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .map(file -> Tree.DOCKER.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}
