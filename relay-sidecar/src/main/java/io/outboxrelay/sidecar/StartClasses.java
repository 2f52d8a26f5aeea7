package io.outboxrelay.sidecar;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The classes that a start needs beyond those that it needs without a database and a broker: those of the conversations with them.
 * Named by package, so that nobody has to keep a list. A few more are loaded than by a start, and a few are left out whose packages hold
 * many that no start needs: what is prepared takes memory.
 */
final class StartClasses {
    private static final List<String> PACKAGES = List.of(
            "io/outboxrelay/",
            "net/jpountz/",
            "org/postgresql/core/",
            "org/postgresql/geometric/",
            "org/postgresql/jdbc/",
            "org/postgresql/shaded/com/ongres/",
            "org/postgresql/util/",
            "org/apache/kafka/clients/ClientRe",
            "org/apache/kafka/clients/Metadata",
            "org/apache/kafka/clients/NetworkClient",
            "org/apache/kafka/clients/NodeApiVersions",
            "org/apache/kafka/clients/admin/AbstractOptions",
            "org/apache/kafka/clients/admin/AdminClient",
            "org/apache/kafka/clients/admin/DescribeCluster",
            "org/apache/kafka/clients/admin/KafkaAdminClient",
            "org/apache/kafka/clients/admin/internals/Admin",
            "org/apache/kafka/clients/admin/internals/PartitionLeaderCache",
            "org/apache/kafka/clients/producer/",
            "org/apache/kafka/common/compress/",
            "org/apache/kafka/common/errors/",
            "org/apache/kafka/common/feature/",
            "org/apache/kafka/common/header/",
            "org/apache/kafka/common/internals/Kafka",
            "org/apache/kafka/common/network/",
            "org/apache/kafka/common/protocol/",
            "org/apache/kafka/common/record/",
            "org/apache/kafka/common/requests/",
            "org/apache/kafka/common/utils/");

    /** Whose initialization makes what a class that was only loaded has not got: a hundred functions, each a class. */
    private static final List<String> INITIALIZED = List.of("org.apache.kafka.common.protocol.Errors");

    /** Of those packages: what only reading the log takes. */
    private static final String LOG_READING = "io/outboxrelay/debezium/";

    private static final String CLASS = ".class";

    private StartClasses() {}

    /**
     * Loads them from the jars of the class path; initializes none but those that say so.
     *
     * @return those that could be loaded
     */
    static List<Class<?>> load() throws IOException {
        List<Class<?>> loaded = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.endsWith(".jar")) {
                for (String name : namesIn(entry)) {
                    named(name).ifPresent(loaded::add);
                }
            }
        }
        return loaded;
    }

    private static List<String> namesIn(String file) throws IOException {
        try (JarFile jar = new JarFile(file);
                Stream<String> entries = jar.stream().map(entry -> entry.getName())) {
            return entries.filter(name -> name.endsWith(CLASS)
                            && !name.startsWith(LOG_READING)
                            && PACKAGES.stream().anyMatch(name::startsWith))
                    .map(name ->
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
                    .sorted()
                    .toList();
        }
    }

    /** None where it needs an optional library, which no start has either. */
    private static Optional<Class<?>> named(String name) {
        try {
            return Optional.of(Class.forName(name, INITIALIZED.contains(name), StartClasses.class.getClassLoader()));
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.empty();
        }
    }
}
