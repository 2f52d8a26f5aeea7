package io.outboxrelay.bench.stage;

import java.util.List;

/** One thing that can be measured, and how it is asked for. A new one gets its line in {@code Main.scenarios} and in {@code usage.txt}. */
public interface Scenario {
    /** What stands behind {@code bench/run}. */
    String name();

    /**
     * Understands the arguments behind the name; starts nothing.
     *
     * @throws UsageException when one of them is wrong
     */
    Run prepare(List<String> arguments) throws UsageException;

    /** A measurement that was asked for. */
    interface Run {
        /**
         * Starts what is needed, measures, judges, prints, and leaves nothing behind.
         *
         * @return whether what was promised about the events held; the figures count only then
         */
        boolean measure(Report report) throws Exception;
    }
}
