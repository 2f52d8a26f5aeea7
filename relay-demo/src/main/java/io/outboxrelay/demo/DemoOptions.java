package io.outboxrelay.demo;

import java.util.List;

/**
 * What was asked for on the command line.
 *
 * @param eventsMax committed events after which the demo ends by itself
 * @param endless whether no number of events was asked for; {@code eventsMax} then only bounds memory
 * @param writers concurrent writers
 * @param eventsPerSecond 0 for as fast as it goes
 * @param plain plain lines, also on a terminal
 * @param source how the relay reads the outbox, and of which database
 */
record DemoOptions(
        long eventsMax, boolean endless, int writers, int eventsPerSecond, boolean plain, SourceKind source) {
    /** The history of so many events takes about 250 MB, with what is known of their arrival. */
    static final long EVENTS_MAX = 1_000_000;

    private static final int WRITERS_MAX = 64;
    private static final int WRITERS_DEFAULT = 8;
    private static final int EVENTS_PER_SECOND_MAX = 100_000;
    private static final int EVENTS_PER_SECOND_TO_WATCH = 200;

    /** The arguments are wrong; the message says what is right. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    /**
     * Understands {@code --name value} and {@code --name=value}.
     *
     * @throws UsageException naming the first argument that is wrong
     */
    static DemoOptions parse(List<String> arguments) throws UsageException {
        long events = 0;
        int writers = WRITERS_DEFAULT;
        int rate = 0;
        boolean plain = false;
        String source = SourceKind.POLLING.word();
        String database = SourceKind.POLLING.database();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (name.equals("--plain") && equals < 0) {
                plain = true;
                continue;
            }
            if (!List.of("--events", "--writers", "--rate", "--source", "--database")
                    .contains(name)) {
                throw new UsageException(
                        "there is no option " + argument
                                + "; there are --events N, --writers N, --rate N, --source KIND, --database KIND, --plain and --help");
            }
            if (equals < 0 && i + 1 == arguments.size()) {
                throw new UsageException(
                        switch (name) {
                            case "--source" -> "--source needs a kind, as in --source debezium";
                            case "--database" -> "--database needs a kind, as in --database mysql";
                            default -> name + " needs a number, as in " + name + " 100";
                        });
            }
            String value = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
            switch (name) {
                case "--events" -> events = number(name, value, EVENTS_MAX);
                case "--source" -> source = one(name, value, "polling", "debezium");
                case "--database" -> database = one(name, value, "postgresql", "mysql");
                case "--writers" -> writers = (int) number(name, value, WRITERS_MAX);
                default -> rate = (int) number(name, value, EVENTS_PER_SECOND_MAX);
            }
        }
        boolean endless = events == 0;
        int pace = endless && rate == 0 ? EVENTS_PER_SECOND_TO_WATCH : rate;
        return new DemoOptions(endless ? EVENTS_MAX : events, endless, writers, pace, plain, kind(source, database));
    }

    private static SourceKind kind(String source, String database) throws UsageException {
        return SourceKind.of(source, database)
                .orElseThrow(
                        () -> new UsageException(
                                "polling reads PostgreSQL only, so far; MySQL's log is read with --source debezium --database mysql"));
    }

    private static String one(String name, String value, String usual, String other) throws UsageException {
        if (value.equals(usual) || value.equals(other)) {
            return value;
        }
        throw new UsageException(name + " takes " + usual + " or " + other + ", not '" + value + "'");
    }

    private static long number(String name, String value, long max) throws UsageException {
        // Longer than any that is allowed, and short enough for a long.
        if (value.matches("[0-9]{1,18}")) {
            long number = Long.parseLong(value);
            if (number >= 1 && number <= max) {
                return number;
            }
        }
        throw new UsageException(name + " takes a number from 1 to " + max + ", not '" + value + "'");
    }
}
