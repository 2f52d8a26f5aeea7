package io.outboxrelay.bench.latency;

import io.outboxrelay.bench.profile.Profile;
import io.outboxrelay.bench.stage.Arguments;
import io.outboxrelay.bench.stage.DatabaseState;
import io.outboxrelay.bench.stage.SourceKind;
import io.outboxrelay.bench.stage.UsageException;
import java.util.ArrayList;
import java.util.List;

/**
 * What was asked for.
 *
 * @param source what the relay reads by
 * @param load commits that come at a rate
 * @param lone events that come after silence
 * @param notifying whether each transaction notifies the relay
 * @param state what the database looks like before
 * @param profile of the relay, while the load lasts
 */
record LatencyOptions(
        SourceKind source, Load load, Lone lone, boolean notifying, DatabaseState state, Profile profile) {
    /** On which the writers notify and the relay listens, where that is asked for. */
    static final String CHANNEL = "outbox";

    static final List<String> OPTIONS =
            List.of("--source", "--rate", "--seconds", "--warm-up-seconds", "--lone", "--silence-seconds", "--state");
    static final List<String> SWITCHES = List.of("--notify");

    private static final int RATE_DEFAULT = 1_000;
    private static final int RATE_MAX = 100_000;
    private static final int SECONDS_DEFAULT = 30;
    private static final int SECONDS_MAX = 3_600;
    private static final int WARM_UP_SECONDS_DEFAULT = 15;
    private static final int LONE_DEFAULT = 5;
    private static final int LONE_MAX = 1_000;
    private static final int SILENCE_SECONDS_DEFAULT = 10;

    /**
     * Commits of one row each.
     *
     * @param perSecond how many
     * @param warmUpSeconds how long before they are counted: the relay is a JVM that was just started
     * @param seconds how long they are counted
     */
    record Load(int perSecond, int warmUpSeconds, int seconds) {
        long uncounted() {
            return (long) perSecond * warmUpSeconds;
        }

        long counted() {
            return (long) perSecond * seconds;
        }
    }

    /**
     * Events that come alone.
     *
     * @param count how many
     * @param silenceSeconds how long nothing comes before each, and a little longer, each time by another part of a second
     */
    record Lone(int count, int silenceSeconds) {}

    /** @throws UsageException naming the first argument that is wrong */
    static LatencyOptions parse(List<String> arguments) throws UsageException {
        List<String> options = new ArrayList<>(OPTIONS);
        options.addAll(Profile.OPTIONS);
        Arguments given = Arguments.parse(arguments, options, SWITCHES);
        return new LatencyOptions(
                SourceKind.in(given),
                new Load(
                        (int) given.number("--rate", RATE_DEFAULT, 1, RATE_MAX),
                        (int) given.number("--warm-up-seconds", WARM_UP_SECONDS_DEFAULT, 0, SECONDS_MAX),
                        (int) given.number("--seconds", SECONDS_DEFAULT, 1, SECONDS_MAX)),
                new Lone((int) given.number("--lone", LONE_DEFAULT, 1, LONE_MAX), (int)
                        given.number("--silence-seconds", SILENCE_SECONDS_DEFAULT, 0, SECONDS_MAX)),
                given.has("--notify"),
                DatabaseState.in(given),
                Profile.in(given));
    }
}
