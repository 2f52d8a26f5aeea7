package io.outboxrelay.bench.profile;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How often a method was seen at work, by itself or through what it called. Confined to one thread. */
final class CallTree {
    private final String name;
    private final Map<String, CallTree> callees = new TreeMap<>();
    private long samples;

    CallTree(String name) {
        this.name = name;
    }

    /** One more sample, from the outermost name below this one to the innermost. */
    void add(List<String> stack) {
        CallTree at = this;
        at.samples++;
        for (String frame : stack) {
            at = at.callees.computeIfAbsent(frame, CallTree::new);
            at.samples++;
        }
    }

    String name() {
        return name;
    }

    long samples() {
        return samples;
    }

    /** By name, so that two pictures can be compared. */
    Collection<CallTree> callees() {
        return callees.values();
    }
}
