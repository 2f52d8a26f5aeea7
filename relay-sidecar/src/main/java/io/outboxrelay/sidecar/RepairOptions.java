package io.outboxrelay.sidecar;

import io.outboxrelay.jdbc.ConnectionSettings;
import org.jspecify.annotations.Nullable;

/**
 * How a repair was asked for.
 *
 * @param admin as whom to do what the relay's role may not, or null
 * @param order as on the command line
 * @param orderBy a column, or null
 * @param dropSlot whether a slot is given up that nobody has read from
 */
record RepairOptions(
        @Nullable ConnectionSettings admin,
        String order,
        @Nullable String orderBy,
        boolean dropSlot) {}
