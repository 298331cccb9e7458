/** The sixteen faults of provider failure: streams that fail over, on the wire in real time and on a clock of our own. */
package dev.understudy.tests.sixteen;
