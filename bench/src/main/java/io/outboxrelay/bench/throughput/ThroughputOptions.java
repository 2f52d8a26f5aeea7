package io.outboxrelay.bench.throughput;

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
 * @param events rows in the backlog
 * @param rounds how often relay and ceiling take turns
 * @param payloadBytes size of a payload
 * @param state what the database looks like before
 * @param profile of the relay
 */
record ThroughputOptions(
        SourceKind source, long events, int rounds, int payloadBytes, DatabaseState state, Profile profile) {
    static final List<String> OPTIONS = List.of("--source", "--events", "--rounds", "--payload-bytes", "--state");
    private static final long EVENTS_DEFAULT = 1_000_000;
    private static final long EVENTS_MAX = 100_000_000;
    private static final int ROUNDS_MAX = 99;
    private static final int PAYLOAD_BYTES_DEFAULT = 200;
    private static final int PAYLOAD_BYTES_MIN = 120;
    /** Below what the relay lets the brokers decide: 32 MiB. */
    private static final int PAYLOAD_BYTES_MAX = 24 << 20;

    /** @throws UsageException naming the first argument that is wrong */
    static ThroughputOptions parse(List<String> arguments) throws UsageException {
        List<String> options = new ArrayList<>(OPTIONS);
        options.addAll(Profile.OPTIONS);
        Arguments given = Arguments.parse(arguments, options, List.of());
        return new ThroughputOptions(
                SourceKind.in(given),
                given.number("--events", EVENTS_DEFAULT, 1, EVENTS_MAX),
                (int) given.number("--rounds", 1, 1, ROUNDS_MAX),
                (int) given.number("--payload-bytes", PAYLOAD_BYTES_DEFAULT, PAYLOAD_BYTES_MIN, PAYLOAD_BYTES_MAX),
                DatabaseState.in(given),
                Profile.in(given));
    }
}
