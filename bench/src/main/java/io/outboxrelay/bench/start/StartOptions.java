package io.outboxrelay.bench.start;

import io.outboxrelay.bench.stage.Arguments;
import io.outboxrelay.bench.stage.UsageException;
import java.util.List;

/**
 * What was asked for.
 *
 * @param source what the relay reads by
 * @param rounds how many starts count
 */
record StartOptions(String source, int rounds) {
    private static final int ROUNDS_DEFAULT = 9;
    private static final int ROUNDS_MAX = 1_000;

    /** @throws UsageException naming the first argument that is wrong */
    static StartOptions parse(List<String> arguments) throws UsageException {
        Arguments given = Arguments.parse(arguments, List.of("--source", "--rounds"), List.of());
        return new StartOptions(given.choice("--source", List.of("polling")), (int)
                given.number("--rounds", ROUNDS_DEFAULT, 1, ROUNDS_MAX));
    }
}
