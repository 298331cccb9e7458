/**
 * The rules of the design, proved from outside: a registry as an application builds it, a {@link
 * dev.understudy.tests.hostile.HostileServer} as its upstream, and real sockets in between. What happened is read in the
 * server's log, not in the SDK.
 */
package dev.understudy.tests.faults;
