namespace LibvirtBackup.Qmp;

/// <summary>
/// Sends one QMP command to a running QEMU and returns its answer. Errors of the transport are thrown as they are;
/// QEMU's own error stays inside the answer.
/// </summary>
/// <param name="command">The command as JSON, without an <c>id</c>.</param>
/// <param name="cancellationToken">Stops waiting; QEMU may have carried out the command all the same.</param>
/// <returns>The answer as JSON: an object with <c>return</c> or <c>error</c>.</returns>
internal delegate Task<string> QmpTransport(string command, CancellationToken cancellationToken);
