using Spectre.Console;
using Spectre.Console.Rendering;

namespace LibvirtBackup.Cli.Progress;

/// <summary>A text column beside a bar.</summary>
internal sealed class TransferColumn(Func<ProgressTask, string> text) : ProgressColumn
{
    /// <inheritdoc/>
    protected override bool NoWrap => true;

    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(text(task)).RightJustified();
}
