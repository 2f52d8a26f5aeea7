package io.outboxrelay.bench.idle;

import io.outboxrelay.bench.stage.Arguments;
import io.outboxrelay.bench.stage.UsageException;
import java.util.List;

/**
 * What was asked for.
 *
 * @param source what the relay reads by
 * @param seconds how long it is looked at
 * @param settleSeconds how long it has been idle by then
 */
record IdleOptions(String source, int seconds, int settleSeconds) {
    private static final int SECONDS_DEFAULT = 60;
    private static final int SETTLE_SECONDS_DEFAULT = 30;
    private static final int SECONDS_MAX = 86_400;

    /** @throws UsageException naming the first argument that is wrong */
    static IdleOptions parse(List<String> arguments) throws UsageException {
        Arguments given = Arguments.parse(arguments, List.of("--source", "--seconds", "--settle-seconds"), List.of());
        return new IdleOptions(
                given.choice("--source", List.of("polling")),
                (int) given.number("--seconds", SECONDS_DEFAULT, 1, SECONDS_MAX),
                (int) given.number("--settle-seconds", SETTLE_SECONDS_DEFAULT, 0, SECONDS_MAX));
    }
}
