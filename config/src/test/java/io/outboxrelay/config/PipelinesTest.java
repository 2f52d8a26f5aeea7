package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that describes several pipelines by their names. */
class PipelinesTest {
    private static final String TWO = """
            drainTimeout: 9s
            pipelines:
              orders:
                source.url: jdbc:postgresql://db/shop
                outbox: {table: public.outbox}
                kafka: &kafka
                  bootstrap.servers: broker:9092
              billing:
                source.url: jdbc:postgresql://db/bill
                outbox: {table: public.outbox}
                kafka: *kafka
            """;

    @TempDir
    Path directory;

    private SettingsFile file;

    @BeforeEach
    void prepare() {
        file = new SettingsFile(directory);
    }

    @Test
    void each_has_its_own_settings_and_the_process_has_its_own() throws IOException {
        RelaySettings settings = file.loadAll(TWO, "pipelines.billing.source.username=clerk", "drainTimeout=8s");
        assertThat(settings.pipelines()).containsOnlyKeys("orders", "billing");
        assertThat(url(settings, "orders")).isEqualTo("jdbc:postgresql://db/shop");
        assertThat(url(settings, "billing")).isEqualTo("jdbc:postgresql://db/bill");
        assertThat(username(settings, "orders")).isNull();
        assertThat(username(settings, "billing")).isEqualTo("clerk");
        assertThat(settings.pipelines().get("billing").atStart().publisher().bootstrapServers())
                .isEqualTo("broker:9092");
        assertThat(settings.process().drainTimeout()).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void a_file_without_names_describes_the_pipeline_default() throws IOException {
        assertThat(file.loadAll(SettingsFile.SOUND).pipelines()).containsOnlyKeys(RelaySettings.DEFAULT_NAME);
    }

    @Test
    void they_may_be_dotted_all_the_way_and_keep_the_files_order() throws IOException {
        String dotted = SettingsFile.SOUND
                        .replaceAll("(?m)^", "pipelines.zebra.")
                        .replaceAll("pipelines.zebra.$", "")
                + SettingsFile.SOUND.replaceAll("(?m)^", "pipelines.ant.").replaceAll("pipelines.ant.$", "");
        assertThat(file.loadAll(dotted, "pipelines.ant.outbox.table=other")
                        .pipelines()
                        .keySet())
                .containsExactly("zebra", "ant");
    }

    @Test
    void what_is_wrong_is_said_of_all_of_them_at_once_with_the_whole_path() {
        assertThat(file.problemsOf("""
                        pipelines:
                          orders:
                            soruce: {url: jdbc:postgresql://db/shop}
                            outbox: {tabel: public.outbox}
                            kafka: {bootstrap.servers: broker:9092, acks: 1}
                          billing:
                            source: {url: jdbc:oracle:thin:@db:1521}
                            outbox: {table: public.outbox}
                            drainTimeout: 3s
                            drainTimeuot: 3s
                        """, "pipelines.biling.source.username=x", "pipelines.billing.window.recordsMax=0"))
                .containsExactly(
                        "relay.yaml:3:5 pipelines.orders.soruce: there is no such setting (did you mean pipelines.orders.source?)"
                                + " -> correct it",
                        "relay.yaml:4:14 pipelines.orders.outbox.tabel: there is no such setting (did you mean"
                                + " pipelines.orders.outbox.table?) -> correct it",
                        "relay.yaml:5:45 pipelines.orders.kafka.acks: kafka.acks=1 is not possible: a row is forgotten once its message"
                                + " is acknowledged, so the acknowledgement must be every replica's -> remove the setting; the relay uses all",
                        "relay.yaml:6:3 pipelines.billing.kafka.bootstrap.servers: kafka.bootstrap.servers is missing -> name the brokers:"
                                + " kafka.bootstrap.servers=host:9092",
                        "relay.yaml:7:14 pipelines.billing.source.url: it is not the JDBC URL of a PostgreSQL or MySQL database -> write"
                                + " jdbc:postgresql://host:5432/database, and give source.username and source.password",
                        "relay.yaml:9:5 pipelines.billing.drainTimeout: it is a setting of the process, for all pipelines at once -> write"
                                + " drainTimeout beside pipelines, not within a pipeline",
                        "relay.yaml:10:5 pipelines.billing.drainTimeuot: there is no such setting (did you mean drainTimeout?) -> correct it",
                        "--set pipelines.biling.source.username: the file has no such pipeline (did you mean billing?) -> correct it",
                        "--set pipelines.billing.window.recordsMax: '0' is not possible -> give whole number, 1 to 1000000");
    }

    @Test
    void a_file_names_its_pipelines_or_does_not() {
        assertThat(file.problemsOf(TWO + "kafka: {linger.ms: 5, batch.size: 5}\nsource: {}\n", "outbox.table=x"))
                .containsExactly(
                        "relay.yaml:12:9 kafka.linger.ms: it belongs to a pipeline, and this file names its pipelines -> move it, and what"
                                + " stands beside it, into each pipeline that needs it",
                        "--set outbox.table: it belongs to a pipeline, and this file names its pipelines -> move it, and what stands beside"
                                + " it, into each pipeline that needs it");
        assertThat(file.problemsOf(SettingsFile.SOUND, "pipelines.orders.outbox.table=x"))
                .containsExactly(
                        "--set pipelines.orders.outbox.table: the file names no pipelines -> write outbox.table alone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipeline:", "pipelnes:", "Pipelines:"})
    void a_misspelt_group_of_pipelines_is_one_problem_and_nothing_is_missing(String misspelt) {
        assertThat(file.problemsOf(TWO.replace("pipelines:", misspelt)))
                .singleElement()
                .asString()
                .contains("relay.yaml:2:1", "there is no such setting (did you mean pipelines?)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipelines:", "pipelines: {}"})
    void there_is_at_least_one(String nothing) {
        assertThat(file.problemsOf(nothing)).singleElement().asString().contains("there is no pipeline in it");
    }

    @Test
    void a_pipeline_of_which_nothing_is_written_misses_everything() {
        assertThat(file.problemsOf("pipelines:\n  orders:\n"))
                .hasSize(3)
                .allSatisfy(problem -> assertThat(problem)
                        .startsWith("relay.yaml:2:3 pipelines.orders.")
                        .contains("is missing"));
    }

    @Test
    void a_forgotten_name_is_asked_for() {
        assertThat(file.problemsOf("pipelines:\n  source: {url: x}\n"))
                .containsExactly(
                        "relay.yaml:2:3 pipelines: the name of a pipeline is missing before source -> put a name of your own in"
                                + " between: pipelines: {orders: {source: ...}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Orders", "1st", "or ders", "''", "a23456789_123456789_123456789_123456789_1", "é"})
    void a_name_is_short_and_plain(String name) {
        assertThat(file.problemsOf(TWO.replace("orders:", name + ":")))
                .singleElement()
                .asString()
                .contains("relay.yaml:3:3 pipelines: '", "cannot be the name of a pipeline", "small letters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a-b_c9", "a23456789_123456789_123456789_123456789_"})
    void a_name_may_have_digits_and_dashes(String name) throws IOException {
        assertThat(file.loadAll(TWO.replace("orders:", name + ":")).pipelines()).containsKey(name);
    }

    @Test
    void two_that_read_one_outbox_are_refused() {
        assertThat(file.problemsOf(TWO, "pipelines.billing.source.url=jdbc:postgresql://DB:5432/shop?ssl=true"))
                .containsExactly(
                        "relay.yaml:8:3 pipelines.billing: it reads public.outbox of the same database as pipelines.orders -> remove one"
                                + " of them; where they are two tables of one name, write their schemas");
    }

    @Test
    void there_are_not_more_than_a_hundred() {
        StringBuilder many = new StringBuilder("pipelines:\n");
        for (int i = 0; i <= 100; i++) {
            many.append("  p").append(i).append(":\n");
        }
        assertThat(file.problemsOf(many.toString())).anyMatch(problem -> problem.contains("more than 100 pipelines"));
    }

    @Test
    void a_list_or_a_text_is_no_pipeline() {
        List<String> problems = file.problemsOf("pipelines:\n  orders: [a]\n  billing: x\n");
        assertThat(problems).anyMatch(problem -> problem.contains("2:3 pipelines.orders: a list is not possible"));
        assertThat(problems).anyMatch(problem -> problem.contains("3:3 pipelines.billing: it takes no value"));
        assertThat(file.problemsOf("pipelines: [{orders: x}]"))
                .singleElement()
                .asString()
                .contains("1:1 pipelines: a list is not possible", "give each pipeline a name");
    }

    private static String url(RelaySettings settings, String pipeline) {
        return settings.pipelines()
                .get(pipeline)
                .atStart()
                .source()
                .connection()
                .url();
    }

    private static String username(RelaySettings settings, String pipeline) {
        return settings.pipelines()
                .get(pipeline)
                .atStart()
                .source()
                .connection()
                .username();
    }
}
