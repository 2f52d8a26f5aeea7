package io.outboxrelay.sidecar;

/** What this is the version of. */
final class Version {
    private Version() {}

    static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
