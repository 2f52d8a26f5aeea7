package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SettingsLoader;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.MySqlAddress;
import io.outboxrelay.debezium.MySqlOutboxScript;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.InspectionRequest;
import io.outboxrelay.jdbc.NewOutboxScript;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.polling.PollingInspection;
import io.outboxrelay.polling.PollingSettings;
import io.outboxrelay.route.Router;
import io.outboxrelay.route.TopicTemplate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outbox-relay init-sql}: the SQL that makes an outbox and its roles. Asks no database. */
@Command(
        name = "init-sql",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description = {
            "Prints the SQL that makes an outbox table which the relay finds sound, the relay's role, and what the roles may do."
                    + " Connects to nothing; may be run again where it was run before.",
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:printed",
            "70:a bug in the relay",
            "78:the arguments or the settings cannot work",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  outbox-relay init-sql --writer shop > outbox.sql",
            "  outbox-relay init-sql --table events.outbox --retention archive --writer shop",
            "  outbox-relay init-sql --source debezium --writer shop",
            "  outbox-relay init-sql --database mysql --table shop.outbox --writer shop",
            "  outbox-relay init-sql --config relay.yaml --writer shop > outbox.sql",
        })
final class InitSqlCommand implements Callable<Integer> {

    private static final String ROLE = "outbox_relay";

    /** What Debezium's outbox event router calls them, and a type that many want as a header. */
    static final String AGGREGATE_TYPE = "aggregatetype";

    static final String TYPE = "type";

    /** How the outbox is to be read, by the names of the settings file. */
    enum SourceName {
        polling,
        debezium
    }

    /** What the outbox is in. */
    enum DatabaseName {
        postgresql,
        mysql
    }

    /** What becomes of published rows, by the names of the settings file. */
    enum RetentionName {
        delete,
        archive,
        keep,
        application,
        relay
    }

    @Option(
            names = "--database",
            paramLabel = "KIND",
            description =
                    "The kind of database: ${COMPLETION-CANDIDATES}; postgresql unless a file says otherwise. mysql is read from its log.")
    private @Nullable DatabaseName database;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Take table, columns, order, retention and role from a settings file. What is given besides, here, wins.")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "A setting in place of what the file says. May be given several times.")
    private List<String> overrides = new ArrayList<>();

    @Option(
            names = "--source",
            paramLabel = "TYPE",
            description = "How it is to be read: ${COMPLETION-CANDIDATES}; polling unless a file says otherwise.")
    private @Nullable SourceName source;

    @Option(
            names = "--table",
            paramLabel = "NAME",
            description =
                    "The outbox, table or schema.table, on MySQL database.table; public.outbox unless a file says otherwise.")
    private @Nullable String table;

    @Option(
            names = "--pipeline",
            paramLabel = "NAME",
            description = "Which pipeline's outbox, where the file names several.")
    private @Nullable String pipeline;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "The role that the relay logs in as; created if it is not there. " + ROLE
                    + " unless a file says otherwise.")
    private @Nullable String role;

    @Option(
            names = "--writer",
            paramLabel = "ROLE",
            description =
                    "The role that the application logs in as, which must be there. Without it, its grants are a comment.")
    private @Nullable String writer;

    @Option(
            names = "--retention",
            paramLabel = "KIND",
            description =
                    "What becomes of published rows: delete, archive or keep; application or relay where they are read from the log.")
    private @Nullable RetentionName retention;

    @Option(
            names = "--payload-type",
            paramLabel = "TYPE",
            description =
                    "The payload's type: jsonb, json, text or bytea; jsonb if not given. On MySQL longtext, json or longblob; longtext if"
                            + " not given.")
    private @Nullable String payloadType;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** What is to be created. */
    private record Wanted(InspectionRequest outbox, Set<String> required) {}

    @Override
    public Integer call() {
        try {
            spec.commandLine().getOut().print(text());
            spec.commandLine().getOut().flush();
            return ExitCodes.STOPPED;
        } catch (RelayException e) {
            Refusal.print(
                    "outbox-relay cannot say",
                    e.failure().problems(),
                    spec.commandLine().getErr());
            return ExitCodes.MISCONFIGURED;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private String text() {
        PipelineSettings named =
                config == null ? null : named(new SettingsLoader(System::getenv).load(config, overrides));
        if (named == null && !overrides.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--set takes a file to correct: give --config FILE");
        }
        boolean mySql = named == null
                ? database == DatabaseName.mysql
                : MySqlAddress.isIn(named.source().connection().url());
        if (named != null && database != null && mySql != (database == DatabaseName.mysql)) {
            throw new ParameterException(
                    spec.commandLine(), "--database is not what source.url leads to in " + config + "; leave it out");
        }
        if (mySql) {
            if (source == SourceName.polling || (retention != null && retention != RetentionName.application)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "MySQL is read from its log, which leaves rows to the application: --source polling and --retention are not for it");
            }
            return MySqlText.of(named, table, payloadType, new MySqlOutboxScript.Users(role(named), writer));
        }
        String payloadType = Objects.requireNonNullElse(this.payloadType, "jsonb");
        boolean logged =
                named == null ? source == SourceName.debezium : named.source() instanceof SourceSettings.Debezium;
        if (named != null && source != null && logged != (source == SourceName.debezium)) {
            throw new ParameterException(
                    spec.commandLine(), "--source is not what source.type says in " + config + "; leave it out");
        }
        NewOutboxScript.Roles roles = new NewOutboxScript.Roles(role(named), writer);
        if (!logged) {
            Wanted wanted = named == null ? usual() : ofFile(named);
            return new NewOutboxScript(chosen(wanted.outbox()), wanted.required(), payloadType, roles).text();
        }
        if (retention != null && retention != RetentionName.application && retention != RetentionName.relay) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--retention " + retention + " is for polling: with --source debezium it is application or relay");
        }
        NewOutboxText text = named == null
                ? NewOutboxText.usual(payloadType)
                : NewOutboxText.of(named, (SourceSettings.Debezium) named.source(), payloadType);
        return (retention == null ? text : text.deleting(retention == RetentionName.relay)).script(table, roles);
    }

    private String role(@Nullable PipelineSettings named) {
        String loggedInAs = named == null ? null : named.source().connection().username();
        return role != null ? role : Objects.requireNonNullElse(loggedInAs, ROLE);
    }

    private static Wanted usual() {
        PollingSettings.Columns names = PollingSettings.Columns.DEFAULT;
        InspectionRequest.Columns columns = new InspectionRequest.Columns(
                names.id(), names.sequence(), names.key(), names.payload(), List.of(AGGREGATE_TYPE, TYPE));
        return new Wanted(
                new InspectionRequest("public.outbox", columns, OutboxOrder.SEQUENCE, new OutboxRetention.Delete()),
                Set.of(AGGREGATE_TYPE));
    }

    private PipelineSettings named(RelaySettings settings) {
        Map<String, SettingsInUse> pipelines = settings.pipelines();
        SettingsInUse named = pipelines.size() == 1 && pipeline == null
                ? pipelines.values().iterator().next()
                : pipelines.get(pipeline);
        if (named == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--pipeline NAME says which of the file's: " + String.join(", ", pipelines.keySet()));
        }
        return named.atStart();
    }

    private static Wanted ofFile(PipelineSettings settings) {
        SourceSettings.Polling polling = (SourceSettings.Polling) settings.source();
        return new Wanted(
                PollingInspection.request(polling.polling().outbox(), new Router(settings.route()).columns()),
                Set.copyOf(TopicTemplate.parse(settings.route().topic()).columns()));
    }

    /** What the options say besides. */
    private InspectionRequest chosen(InspectionRequest wanted) {
        OutboxRetention chosen = retention == null ? wanted.retention() : chosen(retention, wanted.retention());
        if (chosen instanceof OutboxRetention.Keep && wanted.order() != OutboxOrder.SEQUENCE) {
            throw new IllegalArgumentException("Rows can only be kept with outbox.order = sequence");
        }
        return new InspectionRequest(
                Objects.requireNonNullElse(table, wanted.table()), wanted.columns(), wanted.order(), chosen);
    }

    /** The same as the file's keeps the names that stand there. */
    private static OutboxRetention chosen(RetentionName name, OutboxRetention ofFile) {
        OutboxRetention usual = switch (name) {
            case delete -> new OutboxRetention.Delete();
            case archive -> new OutboxRetention.Archive(null);
            case keep -> new OutboxRetention.Keep(null);
            case application, relay ->
                throw new IllegalArgumentException("--retention " + name + " goes with --source debezium");
        };
        return usual.getClass().isInstance(ofFile) ? ofFile : usual;
    }
}
