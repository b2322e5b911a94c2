using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Progress;

/// <summary>Chooses the display: bars on a terminal, lines elsewhere, nothing when progress is not wanted.</summary>
internal static class TransferDisplays
{
    /// <summary>The display that fits the command's streams and options.</summary>
    internal static ITransferDisplay Create(CommandContext context) =>
        context.Settings.ShowProgress && context.Console.ErrorIsTerminal
            && context.Environment.NonEmpty("TERM") is not (null or "dumb")
            ? new BarTransferDisplay(context.Console.Error)
            : CreateLines(context);

    /// <summary>The display for what other lines are printed beside.</summary>
    internal static ITransferDisplay CreateLines(CommandContext context) => context.Settings.ShowProgress
        ? new LineTransferDisplay(context.Console.Error, context.Environment.Time)
        : new SilentTransferDisplay();
}
