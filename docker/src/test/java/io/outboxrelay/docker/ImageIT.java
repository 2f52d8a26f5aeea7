package io.outboxrelay.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.TopicReader;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The image, built by its Dockerfile and run as strictly as an orchestrator may: nothing in it can be written, it has no capability
 * and no name for its user. Database and broker are this machine's, and so the container uses this machine's network.
 */
class ImageIT {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final int EVENTS = 200;
    private static final long ADDED_BYTES_MAX = 75_000_000;
    private static final long ARCHIVE_BYTES_MAX = 60_000_000;
    private static final String MANAGEMENT = "http://127.0.0.1:8080";

    @BeforeAll
    static void engine() {
        Engine.requireImages(Engine.BASE);
    }

    @Test
    void rows_go_in_and_records_come_out_of_a_container_that_can_write_nothing(@TempDir Path directory)
            throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.started();
                EmbeddedKafka kafka = EmbeddedKafka.started();
                GenericContainer<?> relay = new GenericContainer<>(image())) {
            prepare(database);
            Path settings = settings(directory, database, kafka);
            relay.withImagePullPolicy(name -> false)
                    .withNetworkMode("host")
                    .withCreateContainerCmdModifier(command -> restrict(command.getHostConfig(), settings))
                    .waitingFor(Wait.forHealthcheck().withStartupTimeout(BOUND))
                    .start();

            await().atMost(BOUND)
                    .untilAsserted(() -> assertThat(published(kafka)).hasSize(EVENTS));
            for (String path : Manifests.probePaths()) {
                await().atMost(BOUND)
                        .untilAsserted(() -> assertThat(status(path)).as(path).isEqualTo(200));
            }
            assertThat(relay.execInContainer("id", "-u").getStdout()).isEqualTo("65532\n");
            assertThat(relay.execInContainer("touch", "/opt/outbox-relay/x").getExitCode())
                    .isNotZero();
            assertThat(relay.getLogs()).doesNotContain("[aot]");
            // The cache is used, not only there: the JVM maps it.
            assertThat(relay.execInContainer("grep", "-c", "outbox-relay.aot", "/proc/1/maps")
                            .getExitCode())
                    .isZero();
            assertThat(addedBytes(relay)).isLessThan(ADDED_BYTES_MAX);

            stop(relay);
            assertThat(relay.getDockerClient()
                            .inspectContainerCmd(relay.getContainerId())
                            .exec()
                            .getState()
                            .getExitCodeLong())
                    .as(relay::getLogs)
                    .isZero();
            assertThat(published(kafka)).as("a clean stop repeats nothing").hasSize(EVENTS);
        }
    }

    @Test
    void the_archive_is_no_larger_than_promised() throws Exception {
        assertThat(Files.size(archive())).isLessThan(ARCHIVE_BYTES_MAX);
    }

    private static Path archive() {
        Path distribution = Tree.distribution();
        return distribution.resolveSibling(distribution.getFileName() + ".tar.gz");
    }

    /** Built by the engine's own command: Testcontainers would look in a registry for the base image, which is here. */
    private static DockerImageName image() throws Exception {
        String name = "outbox-relay:" + Tree.version();
        Program.run(List.of(
                "docker", "build", "-f", "Dockerfile", "-t", name, "--build-arg", "VERSION=" + Tree.version(), ".."));
        return DockerImageName.parse(name);
    }

    private static void restrict(HostConfig host, Path settings) {
        host.withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withBinds(new Bind(settings.toString(), new Volume("/etc/outbox-relay/relay.yaml"), AccessMode.ro));
    }

    private static void prepare(EmbeddedDatabase database) throws Exception {
        database.createDatabase("shop");
        database.execute("shop", OutboxSchema.standard().createAll());
        database.execute("shop", """
                CREATE ROLE outbox_relay LOGIN;
                GRANT SELECT, DELETE ON outbox TO outbox_relay;
                DO $$ BEGIN EXECUTE 'GRANT SELECT ON SEQUENCE ' || pg_get_serial_sequence('outbox', 'seq') || ' TO outbox_relay'; END $$;
                INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)
                  SELECT gen_random_uuid(), 'order', 'order-' || mod(n, 7), 'placed', '{}' FROM generate_series(1, %d) n;
                """.formatted(EVENTS));
    }

    private static Path settings(Path directory, EmbeddedDatabase database, EmbeddedKafka kafka) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Files.writeString(
                directory.resolve("relay.yaml"), """
                source:
                  url: %s
                  username: outbox_relay
                outbox:
                  table: public.outbox
                kafka:
                  bootstrap.servers: %s
                """.formatted(database.url("shop"), kafka.bootstrapServers()));
    }

    private static List<ConsumerRecord<byte[], byte[]>> published(EmbeddedKafka kafka) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicReader reader = TopicReader.ofPrefix(kafka.bootstrapServers(), "outbox.event.")) {
            reader.readToEnd(BOUND, records::add);
        }
        return records;
    }

    private static int status(String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(MANAGEMENT + path)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** What stands above the base, as a registry keeps it. */
    private static long addedBytes(GenericContainer<?> relay) throws Exception {
        CountedBytes counted = new CountedBytes();
        DockerClient docker = relay.getDockerClient();
        try (InputStream files = docker.copyArchiveFromContainerCmd(relay.getContainerId(), "/opt/outbox-relay")
                        .exec();
                OutputStream packed = new GZIPOutputStream(counted)) {
            files.transferTo(packed);
        }
        return counted.count();
    }

    /** SIGTERM, and SIGKILL only where that does not help. */
    private static void stop(GenericContainer<?> relay) {
        relay.getDockerClient()
                .stopContainerCmd(relay.getContainerId())
                .withTimeout((int) BOUND.toSeconds())
                .exec();
    }

    private static final class CountedBytes extends OutputStream {
        private long count;

        long count() {
            return count;
        }

        @Override
        public void write(int oneByte) {
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            count += length;
        }
    }
}
