using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Progress;

/// <summary>Chooses the display: bars on a terminal, lines elsewhere, nothing when progress is not wanted.</summary>
internal static class TransferDisplays
{
    /// <summary>The display that fits the command's streams and options.</summary>
    internal static ITransferDisplay Create(CommandContext context)
    {
        if (!context.Settings.ShowProgress)
            return new SilentTransferDisplay();
        return context.Console.ErrorIsTerminal && context.Environment.NonEmpty("TERM") is not (null or "dumb")
            ? new BarTransferDisplay(context.Console.Error)
            : new LineTransferDisplay(context.Console.Error, context.Environment.Time);
    }
}
