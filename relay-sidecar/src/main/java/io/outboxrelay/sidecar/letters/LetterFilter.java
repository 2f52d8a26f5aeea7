package io.outboxrelay.sidecar.letters;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are meant: those that are all of what is given.
 *
 * @param ids of events; empty for all
 * @param key as text, or null
 * @param type of the event, or null
 * @param reason why it cannot be published, or null
 * @param failed when, or null
 */
public record LetterFilter(
        Set<String> ids,
        @Nullable String key,
        @Nullable String type,
        @Nullable String reason,
        @Nullable Times failed) {

    /**
     * From a moment on, and before another one; either may be null.
     *
     * @param since included
     * @param until not included
     */
    public record Times(@Nullable Instant since, @Nullable Instant until) {

        boolean have(Instant time) {
            return (since == null || !time.isBefore(since)) && (until == null || time.isBefore(until));
        }
    }

    public LetterFilter {
        ids = Set.copyOf(ids);
    }

    public boolean takes(StandingLetter letter) {
        byte[] keyBytes = letter.message().key();
        return (ids.isEmpty() || ids.contains(letter.id()))
                && (key == null || (keyBytes != null && key.equals(new String(keyBytes, UTF_8))))
                && (type == null || type.equals(letter.type()))
                && (reason == null || reason.equals(letter.reason()))
                && (failed == null || failed.have(failedAt(letter)));
    }

    /** By the relay's clock, as it wrote it; else by the message's time. */
    private static Instant failedAt(StandingLetter letter) {
        try {
            return Instant.parse(letter.failedAt());
        } catch (DateTimeParseException e) {
            return Instant.ofEpochMilli(letter.message().timestamp());
        }
    }
}
