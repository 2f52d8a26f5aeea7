package io.outboxrelay.demo;

/** What the user sees. Belongs to one thread. */
interface View {
    /** A line that stays. */
    void line(String text);

    /** The present moment, which the next one replaces where that is possible. */
    void show(Snapshot snapshot);

    /** Lines from here on stand below the last moment shown, which stays. */
    void settle();
}
