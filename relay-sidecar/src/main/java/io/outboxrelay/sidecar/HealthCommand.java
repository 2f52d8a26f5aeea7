package io.outboxrelay.sidecar;

import io.outboxrelay.config.FirstLook;
import io.outboxrelay.config.ListenAddress;
import io.outboxrelay.failure.RelayException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code outbox-relay health}: asks a relay that runs on this host, for a container's health check. */
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description =
                "Asks a running relay how it is, and says it in one line. Without options it asks at 127.0.0.1:8080.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:yes",
            "1:no, or no answer within 3 s",
            "70:a bug in the relay",
            "78:the arguments cannot work, or lead to no server"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  outbox-relay health", "  outbox-relay health ready --config relay.yaml"})
final class HealthCommand implements Callable<Integer> {

    private static final int HTTP_PORT = 80;

    @Parameters(
            arity = "0..1",
            defaultValue = "live",
            paramLabel = "live|ready|started",
            description =
                    "What to ask: whether it goes on (live, the default), whether it publishes or stands by (ready), or whether it ever"
                            + " did (started). An orchestrator that ends what is unhealthy asks for live.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private HealthProbe.Question question;

    @ArgGroup
    private @Nullable Where where;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** One of the two. */
    private static final class Where {
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "The settings of the relay, of which management.listen is read.")
        private @Nullable Path config;

        @Option(names = "--url", paramLabel = "URL", description = "Where it serves, such as http://127.0.0.1:8080.")
        private @Nullable URI url;
    }

    @Override
    public Integer call() {
        HealthProbe probe;
        try {
            probe = probe();
        } catch (RelayException e) {
            Refusal.print(
                    "outbox-relay cannot tell whom to ask",
                    e.failure().problems(),
                    spec.commandLine().getErr());
            return ExitCodes.MISCONFIGURED;
        }
        return probe.tell(question, spec.commandLine().getOut());
    }

    private HealthProbe probe() {
        Where given = where;
        if (given != null && given.url != null) {
            if (!"http".equals(given.url.getScheme()) || given.url.getHost() == null) {
                throw unusable("--url " + given.url + " is no address of a relay; write http://host:port");
            }
            return new HealthProbe(
                    given.url.getHost().replaceAll("[\\[\\]]", ""),
                    given.url.getPort() < 0 ? HTTP_PORT : given.url.getPort());
        }
        if (given == null || given.config == null) {
            return HealthProbe.ofDefault();
        }
        ListenAddress at = FirstLook.at(given.config, List.of(), System::getenv)
                .management()
                .orElseThrow(() -> unusable("management.listen is off in " + given.config + ": there is nobody to ask"))
                .fromThisHost();
        if (at.port() == 0) {
            throw unusable("management.listen takes any free port in " + given.config
                    + ": give --url with the one that the relay's log names");
        }
        return new HealthProbe(at.host(), at.port());
    }

    private ParameterException unusable(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
