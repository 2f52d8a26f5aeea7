package io.outboxrelay.config;

import static io.outboxrelay.config.SettingsFile.polling;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.poison.PoisonAction;
import io.outboxrelay.poison.PoisonSettings;
import io.outboxrelay.polling.PollingSettings.Columns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsLoaderTest {
    @TempDir
    Path directory;

    private SettingsFile file;

    @BeforeEach
    void prepare() {
        file = new SettingsFile(directory);
    }

    @Test
    void three_lines_are_enough_and_the_rest_has_defaults() throws IOException {
        PipelineSettings settings = file.load(SettingsFile.SOUND);

        assertThat(settings.source().connection().url()).isEqualTo("jdbc:postgresql://db:5432/shop");
        assertThat(settings.source().connection().username()).isNull();
        assertThat(settings.source().connection().password()).isNull();
        assertThat(polling(settings).outbox().table()).isEqualTo("public.outbox");
        assertThat(polling(settings).outbox().columns()).isEqualTo(Columns.DEFAULT);
        assertThat(polling(settings).outbox().order()).isEqualTo(OutboxOrder.SEQUENCE);
        assertThat(polling(settings).outbox().retention()).isEqualTo(new OutboxRetention.Delete());
        assertThat(settings.route().topic()).isEqualTo("outbox.event.${aggregatetype}");
        assertThat(settings.route().headers()).isEmpty();
        assertThat(settings.route().keyRequired()).isFalse();
        assertThat(settings.publisher().bootstrapServers()).isEqualTo("broker:9092");
        assertThat(settings.window()).isEqualTo(WindowSettings.DEFAULTS);
        assertThat(file.loadAll(SettingsFile.SOUND).process().drainTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void every_setting_arrives_where_it_belongs() throws IOException {
        PipelineSettings settings = file.load("""
                # everything
                source.type: polling
                source.url: jdbc:postgresql://db:5432/shop?sslmode=require
                source.username: relay
                source.password: s3cret=with=equals
                outbox.table: '"My Shop"."Out Box"'
                outbox.columns.id: Id
                outbox.columns.sequence: '"no"'
                outbox.columns.aggregateType: Kind
                source.listen: My "Channel"
                outbox.columns.key: Key
                outbox.columns.payload: Body
                outbox.retention: delete
                outbox.order: sequence
                route.headers.eventType: type
                route.headers.ce_source: origin
                route.keyRequired: true
                failures.poison: dead-letter
                failures.reasons.null-key: halt
                failures.types.order.paid: halt
                failures.types.Audit: dead-letter
                failures.deadLetterTopic: letters
                outbox.columns.type: Sort
                window.recordsMax: 500
                window.bytesMax: 2 MiB
                drainTimeout: 1500ms
                kafka.bootstrap.servers: a:1,b:2
                kafka.linger.ms: 7
                """);

        assertThat(settings.source().connection().url()).endsWith("?sslmode=require");
        assertThat(settings.source().connection().username()).isEqualTo("relay");
        assertThat(settings.source().connection().password()).isEqualTo("s3cret=with=equals");
        assertThat(polling(settings).reading().channel()).isEqualTo("My \"Channel\"");
        assertThat(polling(settings).outbox().table()).isEqualTo("\"My Shop\".\"Out Box\"");
        assertThat(polling(settings).outbox().columns()).isEqualTo(new Columns("Id", "\"no\"", "Key", "Body"));
        assertThat(settings.route().topic()).isEqualTo("outbox.event.${Kind}");
        assertThat(settings.route().headers())
                .containsExactly(Map.entry("eventType", "type"), Map.entry("ce_source", "origin"));
        assertThat(settings.route().keyRequired()).isTrue();
        assertThat(settings.route().type()).isEqualTo("Sort");
        assertThat(settings.poison())
                .isEqualTo(new PoisonSettings(
                        PoisonAction.DEAD_LETTER,
                        Map.of(PoisonReason.NULL_KEY, PoisonAction.HALT),
                        Map.of("order.paid", PoisonAction.HALT, "Audit", PoisonAction.DEAD_LETTER),
                        "letters"));
        assertThat(settings.window()).isEqualTo(new WindowSettings(500, 2 << 20));
        assertThat(settings.publisher()).asString().contains("linger.ms=7", "bootstrap.servers=a:1,b:2");
    }

    @Test
    void poison_halts_unless_something_else_is_said() throws IOException {
        PipelineSettings settings = file.loadSoundAnd("");
        assertThat(settings.poison()).isEqualTo(PoisonSettings.HALT);
        assertThat(settings.poison().hasDeadLetters()).isFalse();
        assertThat(settings.route().type()).isNull();
        PoisonSettings byReason =
                file.loadSoundAnd("failures.reasons.too-large: dead-letter").poison();
        assertThat(byReason.action(PoisonReason.TOO_LARGE, null)).isEqualTo(PoisonAction.DEAD_LETTER);
        assertThat(byReason.action(PoisonReason.REFUSED, "any")).isEqualTo(PoisonAction.HALT);
        assertThat(byReason.hasDeadLetters()).isTrue();
        PipelineSettings byType = file.loadSoundAnd("failures.types.Audit: dead-letter");
        assertThat(byType.route().type()).isEqualTo("type");
        assertThat(byType.poison().action(PoisonReason.REFUSED, "Audit")).isEqualTo(PoisonAction.DEAD_LETTER);
        assertThat(byType.poison().action(PoisonReason.REFUSED, "Other")).isEqualTo(PoisonAction.HALT);
    }

    @Test
    void an_archive_has_a_name_or_the_usual_one() throws IOException {
        assertThat(polling(file.loadSoundAnd("outbox.retention: archive"))
                        .outbox()
                        .retention())
                .isEqualTo(new OutboxRetention.Archive(null));
        assertThat(polling(file.loadSoundAnd("outbox.retention: archive\noutbox.archiveTable: old.\"Events\""))
                        .outbox()
                        .retention())
                .isEqualTo(new OutboxRetention.Archive("old.\"Events\""));
    }

    @Test
    void a_table_of_states_has_a_name_or_the_usual_one() throws IOException {
        assertThat(polling(file.loadSoundAnd("outbox.retention: keep")).outbox().retention())
                .isEqualTo(new OutboxRetention.Keep(null));
        assertThat(polling(file.loadSoundAnd("outbox.retention: keep\noutbox.stateTable: relay.\"States\""))
                        .outbox()
                        .retention())
                .isEqualTo(new OutboxRetention.Keep("relay.\"States\""));
    }

    @Test
    void without_order_no_sequence_is_read() throws IOException {
        PipelineSettings settings = file.loadSoundAnd("outbox.order: none");
        assertThat(polling(settings).outbox().order()).isEqualTo(OutboxOrder.NONE);
        assertThat(polling(settings).outbox().columns().sequence()).isNull();
    }

    @Test
    void order_by_commit_timestamp_reads_the_number_too() throws IOException {
        PipelineSettings settings = file.loadSoundAnd("outbox.order: commit-timestamp");
        assertThat(polling(settings).outbox().order()).isEqualTo(OutboxOrder.COMMIT_TIMESTAMP);
        assertThat(polling(settings).outbox().columns().sequence()).isEqualTo("seq");
    }

    @Test
    void arguments_replace_lines_and_may_add_some() throws IOException {
        PipelineSettings settings = file.load(
                SettingsFile.SOUND + "drainTimeout: bad",
                "drainTimeout=2s",
                "outbox.table=shop.events",
                "route.topic=a=${b}");
        assertThat(polling(settings).outbox().table()).isEqualTo("shop.events");
        assertThat(settings.route().topic()).isEqualTo("a=${b}");
    }

    @Test
    void comments_blank_lines_a_byte_order_mark_and_windows_line_ends_are_no_trouble() throws IOException {
        PipelineSettings settings =
                file.load("\uFEFF# first\n\n   # indented\n" + SettingsFile.SOUND.replace("\n", "\r\n") + "\r\n");
        assertThat(polling(settings).outbox().table()).isEqualTo("public.outbox");
    }

    @ParameterizedTest
    @CsvSource({"1048576,1048576", "1024 KiB,1048576", "1MiB,1048576", "3 MiB,3145728", "2097152 B,2097152"})
    void bytes_have_units(String written, long bytes) throws IOException {
        assertThat(file.loadSoundAnd("window.bytesMax: " + written).window().bytesMax())
                .isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"1000ms,1000", "45s,45000", "2 m,120000"})
    void times_have_units(String written, long millis) throws IOException {
        assertThat(file.loadAll(SettingsFile.SOUND + "drainTimeout: " + written, "source.username=x")
                        .process()
                        .drainTimeout())
                .isEqualTo(Duration.ofMillis(millis));
        assertThat(file.loadAll(SettingsFile.SOUND + "drainTimeout: bad", "drainTimeout=" + written)
                        .process()
                        .drainTimeout())
                .isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void what_is_nested_and_what_is_dotted_is_the_same() throws IOException {
        String nested = """
                source:
                  url: jdbc:postgresql://db:5432/shop
                outbox:
                  table: public.outbox
                  columns: {id: Id, key: Key}
                route:
                  headers:
                    eventType: type
                kafka:
                  bootstrap.servers: broker:9092
                  linger: {ms: 7}
                failures:
                """;
        String dotted = SettingsFile.SOUND + """
                outbox.columns.id: Id
                outbox.columns.key: Key
                route.headers.eventType: type
                kafka.linger.ms: 7
                """;
        assertThat(file.load(nested)).hasToString(file.load(dotted).toString());
    }

    @Test
    void text_is_taken_as_it_is_written_whatever_type_yaml_gives_it() throws IOException {
        PipelineSettings settings =
                file.loadSoundAnd("source.password: 0x1F", "source.username: 1e3", "outbox.columns.id: yes");
        assertThat(settings.source().connection().password()).isEqualTo("0x1F");
        assertThat(settings.source().connection().username()).isEqualTo("1e3");
        assertThat(polling(settings).outbox().columns().id()).isEqualTo("yes");
    }

    @Test
    void an_anchor_may_be_used_again() throws IOException {
        PipelineSettings settings = file.loadSoundAnd("source.username: &name relay", "source.password: *name");
        assertThat(settings.source().connection().password()).isEqualTo("relay");
    }

    @Test
    void everything_that_is_wrong_is_said_at_once_with_its_line_and_in_order() {
        List<String> problems = file.problemsOf("""
                source: {typ: polling, url: [jdbc:postgresql://db/shop]}
                outbox:
                  table: a.b.c
                window: {recordsMax: 0}
                kafka:
                  bootstrap.servers: broker
                  acks: 1
                  lingerms: 5
                """, "drainTimeout=soon");
        assertThat(problems).hasSize(8);
        assertThat(problems.get(0)).startsWith("relay.yaml:1:10 source.typ: ").contains("(did you mean source.type?)");
        assertThat(problems.get(1)).startsWith("relay.yaml:1:24 source.url: a list is not possible");
        assertThat(problems.get(2)).startsWith("relay.yaml:3:3 outbox.table: 'a.b.c' is not a table name");
        assertThat(problems.get(3)).startsWith("relay.yaml:4:10 window.recordsMax: '0' is not possible");
        assertThat(problems.get(4))
                .startsWith("relay.yaml:6:3 kafka.bootstrap.servers: kafka.bootstrap.servers holds 'broker'");
        assertThat(problems.get(5)).startsWith("relay.yaml:7:3 kafka.acks: kafka.acks=1 is not possible");
        assertThat(problems.get(6))
                .startsWith("relay.yaml:8:3 kafka.lingerms: ")
                .contains("did you mean kafka.linger.ms?");
        assertThat(problems.get(7)).startsWith("--set drainTimeout: 'soon' is not possible");
    }

    @Test
    void what_was_meant_by_something_wrong_is_not_missing_too() {
        List<String> problems = file.problemsOf("""
                suorce:
                  url: jdbc:postgresql://db/shop
                outbox: public.outbox
                outbox.table:
                  name: public.outbox
                bootstrap.servers: broker:9092
                """);
        assertThat(problems).hasSize(4).noneMatch(problem -> problem.contains("missing"));
    }
}
