/**
 * A model server that misbehaves on order. {@link dev.understudy.tests.hostile.HostileServer} speaks just enough HTTP/1.1
 * over raw sockets to break it in every way: the {@code model} of a request names the fault, or a script does. Its log of
 * what arrived, and when and how each connection ended, is the truth that the fault suite measures the SDK by.
 */
package dev.understudy.tests.hostile;
