using LibvirtBackup.Qmp;

namespace LibvirtBackup.Tests.Qmp;

/// <summary>A QEMU that gives prepared answers and keeps the commands that it was sent.</summary>
internal sealed class ScriptedQmp(params string[] answers)
{
    private readonly Queue<string> _answers = new(answers);

    public List<string> Commands { get; } = [];

    public QmpClient Client => new(AnswerAsync);

    private Task<string> AnswerAsync(string command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Commands.Add(command);
        return Task.FromResult(_answers.Dequeue());
    }
}
