package io.outboxrelay.debezium.store;

import java.io.IOException;
import java.nio.file.Path;

/** What a file is replaced by, step by step. The operating system may carry out, in any order, whatever was not forced. */
interface Disk {

    /** Makes a file of these bytes, in the place of one that is there. */
    void write(Path file, byte[] bytes) throws IOException;

    /** Returns once what the file holds would outlive a power cut. */
    void force(Path file) throws IOException;

    /** Gives the file another name, in the place of the file that bears it: nobody ever sees neither of them. */
    void rename(Path from, Path to) throws IOException;

    /** Returns once the names in the directory would outlive a power cut. */
    void forceDirectory(Path directory) throws IOException;
}
