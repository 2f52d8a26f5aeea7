package io.outboxrelay.jdbc.slot;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The publication as one look saw it.
 *
 * @param version object ids of publication and published table, each with the transaction that wrote it last: another one
 *     means that for a while rows may not have been published
 * @param content what it publishes
 * @param olderThanSlot whether the slot's own horizon says that it stood before everything that the slot has yet to decode. False
 *     says nothing: another slot, or a long transaction, holds the horizon back as well
 * @param comment on the publication, which may be a stamp
 */
public record PublicationFound(
        String version,
        Content content,
        boolean olderThanSlot,
        @Nullable String comment) {

    /**
     * What it publishes.
     *
     * @param everything whether it is {@code FOR ALL TABLES}, or for all of a schema
     * @param inserts whether inserts are among it
     * @param viaRoot whether rows of partitions come as rows of the root
     * @param others tables that it has beside the outbox, quoted; the first three
     * @param table how it publishes the outbox, or null where it does not
     */
    public record Content(
            boolean everything,
            boolean inserts,
            boolean viaRoot,
            List<String> others,
            @Nullable Published table) {
        public Content {
            others = List.copyOf(others);
        }
    }

    /**
     * How the outbox is published.
     *
     * @param filtered whether rows are left out by a condition
     * @param withheld columns that the relay reads and that are not published
     */
    public record Published(boolean filtered, List<String> withheld) {
        public Published {
            withheld = List.copyOf(withheld);
        }
    }
}
