/** What the relay's JVM was busy with: a recording, and a picture of it. */
@NullMarked
package io.outboxrelay.bench.profile;

import org.jspecify.annotations.NullMarked;
