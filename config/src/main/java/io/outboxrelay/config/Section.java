package io.outboxrelay.config;

import io.outboxrelay.config.Setting.Scope;
import java.util.List;

/**
 * What was written for the process, or for one pipeline, before substitution.
 *
 * @param scope whose it is
 * @param share of the process's memory: one pipeline of how many it is; 1 for the process itself
 * @param within what stands before each key: {@code pipelines.orders.}, or nothing
 * @param start where it begins, as the place of what is missing
 * @param lines of the file, in its order
 * @param arguments of the command line, each in place of what the file says
 */
record Section(Scope scope, int share, String within, String start, List<Given> lines, List<Given> arguments) {

    /** A key as it is to be written in the file. */
    KeyPath path(String key) {
        return new KeyPath(within, key);
    }
}
