package io.outboxrelay.sidecar;

import java.util.concurrent.Callable;

/**
 * The command {@code outbox-relay}. It ends with the statuses of {@link ExitCodes}. Nothing here may need a class of picocli to be
 * verified: what it takes to load one is for those commands that are parsed by it.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int status = status(args);
        System.out.flush();
        System.err.flush();
        // Not exit: everything is in order or beyond help by now, and no thread of a client may delay the end.
        Runtime.getRuntime().halt(status);
    }

    /** Runs the command to its end. */
    static int status(String... arguments) {
        return PlainArguments.understood(arguments)
                .map(Main::statusOf)
                .orElseGet(() -> RootCommand.line().execute(arguments));
    }

    /** As picocli has it: whatever a command throws is a bug. */
    private static int statusOf(Callable<Integer> command) {
        try {
            return command.call();
        } catch (Exception e) {
            e.printStackTrace();
            return ExitCodes.BUG;
        }
    }
}
