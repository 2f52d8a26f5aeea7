package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.debezium.DebeziumSettings;
import io.outboxrelay.debezium.DebeziumSettings.MySqlLog;
import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.testkit.MountedSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceTypesTest {
    private static final String DEBEZIUM = "source.type: debezium";

    @TempDir
    Path directory;

    @Test
    void the_log_is_read_by_the_usual_names_unless_others_are_given() throws IOException {
        DebeziumSettings usual = debezium(file().loadSoundAnd(DEBEZIUM));
        assertThat(usual.log()).isEqualTo(new PostgresLog("outbox_relay", "outbox_relay"));
        assertThat(usual.outbox()).isEqualTo(TableOutbox.of("public.outbox"));
        assertThat(usual.passedThrough().settings()).isEmpty();

        DebeziumSettings given = debezium(file().loadSoundAnd(
                        DEBEZIUM,
                        "source.slot: orders_1",
                        "source.publication: Orders",
                        "outbox.columns.payload: Body",
                        "source.debezium.xmin.fetch.interval.ms: 0"));
        assertThat(given.log()).isEqualTo(new PostgresLog("orders_1", "Orders"));
        assertThat(given.outbox()).isEqualTo(new TableOutbox("public.outbox", "id", "aggregateid", "Body"));
        assertThat(given.passedThrough().settings()).containsExactly(Map.entry("xmin.fetch.interval.ms", "0"));
    }

    @Test
    void events_may_be_messages_without_a_table() throws IOException {
        String messages = """
                source.type: debezium
                source.url: jdbc:postgresql://db/shop
                source.messagePrefix: outbox
                kafka.bootstrap.servers: b:1
                """;
        PipelineSettings settings = file().load(messages);
        assertThat(debezium(settings).outbox()).isEqualTo(new DebeziumSettings.MessageOutbox("outbox"));
        assertThat(settings.source().outbox()).isEqualTo("messages outbox");
        assertThat(file().problemsOf(messages + "outbox.table: t\noutbox.columns.key: k\n"))
                .satisfiesExactly(
                        problem -> assertThat(problem).startsWith("relay.yaml:5:1 outbox.table: it names nothing"),
                        problem ->
                                assertThat(problem).startsWith("relay.yaml:6:1 outbox.columns.key: it names nothing"));
        assertThat(file().problemsOf(messages.replace("Prefix: outbox", "Prefix: outbox-relay-barrier")))
                .singleElement()
                .asString()
                .contains("the relay's own");
    }

    @Test
    void without_a_table_and_without_messages_the_table_is_missing() {
        assertThat(file().problemsOf(SettingsFile.SOUND.replace("outbox.table: public.outbox", DEBEZIUM)))
                .singleElement()
                .asString()
                .contains("outbox.table: it is missing");
    }

    @Test
    void the_position_is_kept_in_a_topic_or_in_a_file() throws IOException {
        assertThat(position()).isEqualTo(new PositionPlace.Topic("outbox-relay-state"));
        assertThat(position("source.position.topic: here")).isEqualTo(new PositionPlace.Topic("here"));
        assertThat(position("source.position.store: file", "source.position.file: /var/lib/relay/position"))
                .isEqualTo(new PositionPlace.File(Path.of("/var/lib/relay/position")));
        assertThat(file().problemsOfSoundAnd(DEBEZIUM, "source.position.store: file"))
                .singleElement()
                .asString()
                .contains("source.position.file: it is missing");
        assertThat(file().problemsOfSoundAnd(DEBEZIUM, "source.position.file: f"))
                .singleElement()
                .asString()
                .contains("nothing is stored there with source.position.store = topic");
        assertThat(file().problemsOfSoundAnd(
                                DEBEZIUM,
                                "source.position.store: file",
                                "source.position.file: f",
                                "source.position.topic: t"))
                .singleElement()
                .asString()
                .contains("source.position.topic: nothing is stored there");
    }

    private PositionPlace position(String... lines) throws IOException {
        return ((SourceSettings.Debezium) file().loadSoundAnd(DEBEZIUM + "\n" + String.join("\n", lines))
                        .source())
                .position();
    }

    @Test
    void what_belongs_to_polling_is_refused_with_debezium_each_with_place_and_reason() {
        assertThat(file().problemsOfSoundAnd(
                                DEBEZIUM,
                                "source.listen: outbox",
                                "outbox.columns.sequence: seq",
                                "outbox.order: none",
                                "outbox.archiveTable: old",
                                "outbox.stateTable: states",
                                "outbox.retention: keep"))
                .satisfiesExactly(
                        problem -> assertThat(problem)
                                .startsWith(
                                        "relay.yaml:5:1 source.listen: it belongs to source.type = polling; with debezium, the log")
                                .endsWith("remove the line, or set source.type = polling"),
                        problem ->
                                assertThat(problem).startsWith("relay.yaml:6:1 outbox.columns.sequence: it belongs to"),
                        problem -> assertThat(problem).startsWith("relay.yaml:7:1 outbox.order: it belongs to"),
                        problem -> assertThat(problem).startsWith("relay.yaml:8:1 outbox.archiveTable: it belongs to"),
                        problem -> assertThat(problem).startsWith("relay.yaml:9:1 outbox.stateTable: it belongs to"),
                        problem -> assertThat(problem)
                                .startsWith(
                                        "relay.yaml:10:1 outbox.retention: 'keep' is not possible with source.type = debezium"));
    }

    @Test
    void what_belongs_to_debezium_is_refused_with_polling() {
        assertThat(file().problemsOfSoundAnd("source.slot: s", "source.debezium.a: 1", "outbox.retention: application"))
                .satisfiesExactly(
                        problem -> assertThat(problem)
                                .startsWith(
                                        "relay.yaml:4:1 source.slot: it belongs to source.type = debezium; with polling, the table"),
                        problem -> assertThat(problem).startsWith("relay.yaml:5:1 source.debezium.a: it belongs to"),
                        problem -> assertThat(problem)
                                .startsWith(
                                        "relay.yaml:6:1 outbox.retention: 'application' is not possible with source.type = polling"));
    }

    @Test
    void a_source_type_that_there_is_not_makes_nothing_else_wrong() {
        assertThat(file().problemsOfSoundAnd("source.type: debesium", "source.slot: s", "source.listen: outbox"))
                .singleElement()
                .asString()
                .startsWith("relay.yaml:4:1 source.type: 'debesium' is not possible");
    }

    @Test
    void settings_of_debeziums_that_promises_rest_on_are_refused_with_the_reason() {
        assertThat(file().problemsOfSoundAnd(
                                DEBEZIUM,
                                "source.debezium.lsn.flush.mode: connector_and_driver",
                                "source.debezium.snapshot.mode: initial",
                                "source.debezium.database.password: c4nary"))
                .hasSize(3)
                .noneMatch(problem -> problem.contains("c4nary"))
                .satisfiesExactly(
                        problem -> assertThat(problem).contains("not published yet"),
                        problem -> assertThat(problem).contains("publish again what stands in the table"),
                        problem -> assertThat(problem).contains("source.url, source.username and source.password"));
    }

    @Test
    void a_slot_has_a_name_that_the_server_takes() {
        assertThat(file().problemsOfSoundAnd(DEBEZIUM, "source.slot: Orders-1"))
                .singleElement()
                .asString()
                .startsWith("relay.yaml:5:1 source.slot: 'Orders-1' is not possible");
    }

    @Test
    void what_counts_is_shown_for_the_source_type_alone() throws IOException {
        List<String> shown =
                file().loadAll(SettingsFile.SOUND + DEBEZIUM + "\nsource.debezium.my.secret: c4nary").shown().stream()
                        .map(one -> one.path() + "=" + one.value())
                        .toList();
        assertThat(shown)
                .contains("source.slot=outbox_relay", "outbox.retention=application", "source.debezium.my.secret=***")
                .noneMatch(line -> line.startsWith("source.listen") || line.startsWith("outbox.order"));
    }

    @Test
    void mysql_is_read_from_its_log_by_its_url() throws IOException {
        SourceSettings.Debezium source =
                (SourceSettings.Debezium) mySql("source.serverId: 7").source();
        assertThat(source.debezium().log()).isEqualTo(new MySqlLog("", 7));
        assertThat(source.position()).isEqualTo(new PositionPlace.Topic("outbox-relay-state"));
        SourceSettings.Debezium inFile =
                (SourceSettings.Debezium) mySql("source.position.store: file\nsource.position.file: /state/relay")
                        .source();
        assertThat(inFile.position()).isEqualTo(new PositionPlace.File(Path.of("/state/relay")));
    }

    private PipelineSettings mySql(String line) throws IOException {
        String text = SettingsFile.SOUND.replace("jdbc:postgresql://db:5432/shop", "jdbc:mysql://db/shop");
        return file().load(text + DEBEZIUM + "\n" + line);
    }

    @Test
    void what_belongs_to_one_database_is_refused_with_the_other() {
        String mySql = SettingsFile.SOUND.replace("jdbc:postgresql://db:5432/shop", "jdbc:mysql://db/shop") + DEBEZIUM;
        assertThat(file().problemsOf(mySql + "\nsource.slot: a\nsource.publication: b"))
                .satisfiesExactly(
                        problem -> assertThat(problem).startsWith("relay.yaml:5:1 source.slot: MySQL has no"),
                        problem -> assertThat(problem).startsWith("relay.yaml:6:1 source.publication: MySQL has no"));
        assertThat(file().problemsOf(mySql.replace("jdbc:mysql://db/shop", "jdbc:mysql://one,two/shop")))
                .singleElement()
                .asString()
                .contains("not of the form jdbc:mysql://host:port/database");
        assertThat(file().problemsOfSoundAnd(DEBEZIUM, "source.serverId: 7"))
                .singleElement()
                .asString()
                .startsWith("relay.yaml:5:1 source.serverId: PostgreSQL has no");
        assertThat(file().problemsOfSoundAnd(DEBEZIUM, "source.position.file: b"))
                .singleElement()
                .asString()
                .startsWith(
                        "relay.yaml:5:1 source.position.file: nothing is stored there with source.position.store = topic");
        assertThat(file().problemsOfSoundAnd(DEBEZIUM, "source.position.store: file", "source.position.topic: b"))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("source.position.file: it is missing"))
                .anyMatch(problem -> problem.contains("nothing is stored there with source.position.store = file"));
    }

    @Test
    void two_pipelines_that_read_one_slot_are_refused() {
        String pipeline = "{source: {type: debezium, url: 'jdbc:postgresql://db/shop'}, outbox: {table: %s},"
                + " kafka: {bootstrap.servers: 'b:1'}}";
        assertThat(file().problemsOf("pipelines:\n  a: " + pipeline.formatted("one") + "\n  b: "
                        + pipeline.formatted("two")))
                .singleElement()
                .asString()
                .contains("pipelines.b")
                .contains("slot outbox_relay");
    }

    @Test
    void the_password_is_read_anew_and_what_is_read_from_stays() throws IOException {
        MountedSecret secret = MountedSecret.in(
                Files.createDirectory(directory.resolve("mounted")),
                Map.of("db", "old", "slot", "first", "type", "debezium"));
        Files.writeString(
                directory.resolve("relay.yaml"),
                SettingsFile.SOUND + """
                source.type: ${file:%1$s}
                source.slot: ${file:%2$s}
                source.password: ${file:%3$s}
                """.formatted(secret.file("type"), secret.file("slot"), secret.file("db")));
        SettingsInUse settings = new SettingsLoader(name -> null)
                .load(directory.resolve("relay.yaml"), List.of())
                .pipelines()
                .get(RelaySettings.DEFAULT_NAME);

        secret.replace(Map.of("db", "new", "slot", "second", "type", "polling"));

        assertThat(settings.source()).isInstanceOfSatisfying(SourceSettings.Debezium.class, source -> {
            assertThat(source.connection().password()).isEqualTo("new");
            assertThat(source.debezium().log()).isEqualTo(new PostgresLog("first", "outbox_relay"));
        });
    }

    private SettingsFile file() {
        return new SettingsFile(directory);
    }

    private static DebeziumSettings debezium(PipelineSettings pipeline) {
        return ((SourceSettings.Debezium) pipeline.source()).debezium();
    }
}
