namespace LibvirtBackup.Qmp;

/// <summary>The answer of <c>query-status</c> as QEMU sends it, without what <c>status</c> says as well.</summary>
/// <param name="Status">QEMU's run state, such as <c>running</c>.</param>
internal sealed record StatusAnswer(string Status);
