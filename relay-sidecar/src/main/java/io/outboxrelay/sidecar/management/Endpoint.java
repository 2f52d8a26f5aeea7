package io.outboxrelay.sidecar.management;

/** What stands under one path. Called by any of the server's threads; must not wait for anything. */
@FunctionalInterface
interface Endpoint {
    Answer answer();
}
