package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code outbox-relay config show} prints, to the letter. */
class ConfigShowTest {
    private static final String ONE = """
            source:
              url: jdbc:postgresql://db:5432/shop?sslmode=require&password=s3cret
              username: ${OUTBOX_RELAY_NO_SUCH_VARIABLE:-relay}
              password: ${file:SECRET}
            outbox: {table: '"My Shop".outbox'}
            route: {headers: {eventType: type}}
            drainTimeout: 9s
            kafka:
              bootstrap.servers: broker:9092
              security.protocol: SASL_SSL
              sasl.jaas.config: Login required password="${file:SECRET}";
              sasl.mechanism: PLAIN
              ssl.key.password: s3cret
              ssl.keystore.type: PEM
              ssl.keystore.key: s3cret
              ssl.keystore.certificate.chain: public
            """;

    @TempDir
    Path directory;

    @Test
    void every_setting_is_shown_with_its_origin_and_without_secrets() throws Exception {
        Golden.assertSame("config-show/one", show(ONE, "--set", "window.recordsMax=7"));
    }

    @Test
    void each_pipeline_is_shown_beside_the_process() throws Exception {
        Golden.assertSame("config-show/several", show("""
                        drainTimeout: 9s
                        pipelines:
                          orders: &one
                            source.url: jdbc:postgresql://db/shop
                            outbox.table: outbox
                            kafka.bootstrap.servers: broker:9092
                            window.bytesMax: 4 MiB
                          billing: *one
                        """, "--set", "pipelines.billing.outbox.table=billing"));
    }

    @Test
    void what_cannot_be_used_is_refused() throws Exception {
        Golden.assertSame("config-show/refused", show("kafka.ssl.key.password: s3cret\ndrainTimeout: soon\n"));
    }

    private String show(String text, String... more) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "s3cret\n");
        Path file = Files.writeString(directory.resolve("relay.yaml"), text.replace("SECRET", secret.toString()));
        String[] arguments = Stream.concat(Stream.of("config", "show", "--config", file.toString()), Stream.of(more))
                .toArray(String[]::new);
        String shown = CommandRun.of(arguments).shown().replace(directory + "/", "");
        assertThat(shown).doesNotContain("s3cret");
        return shown;
    }
}
