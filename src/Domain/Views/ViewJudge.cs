namespace LibvirtBackup.Views;

/// <summary>Decides how a view is.</summary>
internal static class ViewJudge
{
    /// <param name="view">What is written down of it.</param>
    /// <param name="isBusy">Whether another process opens or closes it.</param>
    /// <param name="facts">What QEMU has of each of its disks; null when the domain does not run.</param>
    /// <returns>The state, and why it is not open.</returns>
    internal static (ViewState State, string? Reason) Judge(
        ViewRecord view, bool isBusy, IReadOnlyList<ViewFacts>? facts)
    {
        if (isBusy) return (ViewState.Busy, "another process opens or closes it right now");
        if (view.Phase != ViewPhase.Open)
            return (
                ViewState.Unfinished,
                $"it was interrupted while it was {(view.Phase == ViewPhase.Opening ? "opened" : "closed")}; "
                + "snapshot-close clears what is left");
        if (facts is null) return (ViewState.Ended, "the domain does not run any more");
        if (facts.All(disk => disk.IsNothing))
            return (ViewState.Ended, "the domain was started again since, and a view ends with its QEMU");
        for (var i = 0; i < facts.Count; i++)
            if (WhyLost(facts[i], view.CanDrop) is { } why)
                return (ViewState.Dropped, $"disk {view.Disks[i].Name}: {why}");
        return (ViewState.Open, null);
    }

    private static string? WhyLost(ViewFacts disk, bool canDrop) => disk switch
    {
        { IsComplete: false } => "somebody else has taken away a part of it in QEMU",
        { ReadError: { } error } when canDrop =>
            $"what the guest overwrote could not be kept: the scratch image is full or cannot be written ({error})",
        { ReadError: { } error } => $"it cannot be read ({error})",
        _ => null,
    };
}
