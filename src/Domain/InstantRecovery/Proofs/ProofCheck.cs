namespace LibvirtBackup.InstantRecovery.Proofs;

/// <summary>A check that was run when the guest was up.</summary>
/// <param name="Command">What was run.</param>
/// <param name="InGuest">True in the guest, false on the host.</param>
/// <param name="ExitCode">How it ended; 0 is good, null when it did not end in time.</param>
/// <param name="Output">What it printed, the last part of it.</param>
internal sealed record ProofCheck(string Command, bool InGuest, int? ExitCode, string Output);
