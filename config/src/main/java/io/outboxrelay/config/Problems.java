package io.outboxrelay.config;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with the settings, so that all of it is said at once. Used by one thread. */
final class Problems {

    private final List<Problem> problems = new ArrayList<>();

    /** Notes something wrong at a place: {@code relay.properties:7} or {@code relay.properties:7 source.url}. */
    void add(String place, String what, String remedy) {
        problems.add(new Problem(place + ": " + what, remedy));
    }

    void add(Given given, String what, String remedy) {
        add(given.toString(), what, remedy);
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    /**
     * Ends it if there was any.
     *
     * @throws RelayException MISCONFIGURED, with all of them
     */
    void throwIfAny() {
        if (!isEmpty()) {
            throw new RelayException(new Failure(FailureKind.MISCONFIGURED, problems, null));
        }
    }
}
