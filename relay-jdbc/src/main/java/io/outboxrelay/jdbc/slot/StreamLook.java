package io.outboxrelay.jdbc.slot;

import org.jspecify.annotations.Nullable;

/**
 * Everything that reading from the log rests on, as one statement saw it.
 *
 * @param server always there
 * @param slot null where there is none of the name
 * @param publication null where there is none of the name
 * @param table null where there is none of the name
 */
public record StreamLook(
        ServerFound server,
        @Nullable SlotFound slot,
        @Nullable PublicationFound publication,
        @Nullable TableFound table) {}
