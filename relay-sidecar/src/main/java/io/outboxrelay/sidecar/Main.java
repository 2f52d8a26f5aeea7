package io.outboxrelay.sidecar;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command {@code outbox-relay}. Exits with 0, or 2 when the arguments are wrong. */
@Command(
        name = "outbox-relay",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Publishes the rows of a transactional outbox table to Kafka, at least once, in order per key.")
public final class Main implements Runnable {
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"outbox-relay " + (version == null ? "(not packaged)" : version)};
        }
    }
}
